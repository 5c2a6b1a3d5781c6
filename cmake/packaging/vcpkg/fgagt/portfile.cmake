# The sources come from the checkout that contains this port: vcpkg install fgagt --overlay-ports=cmake/packaging/vcpkg
set(VCPKG_BUILD_TYPE release) # the package contains only headers
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR OUTPUT_VARIABLE SOURCE_PATH)
foreach(folder fgagt vcpkg packaging cmake)
    cmake_path(GET SOURCE_PATH PARENT_PATH SOURCE_PATH)
endforeach()

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS -DFGAGT_BUILD_TESTS=OFF -DFGAGT_BUILD_EXAMPLES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/fgagt)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/pkgconfig") # OpenCV's libraries have other names in vcpkg
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
