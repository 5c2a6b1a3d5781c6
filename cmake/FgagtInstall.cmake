# Installs the headers and the files for find_package and pkg-config. They are independent of the architecture, so everything is
# under include/ and share/.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(fgagt_config_dir ${CMAKE_INSTALL_DATADIR}/cmake/fgagt)
install(TARGETS fgagt EXPORT fgagt_targets FILE_SET HEADERS)
install(EXPORT fgagt_targets NAMESPACE fgagt:: FILE fgagtTargets.cmake DESTINATION ${fgagt_config_dir})
configure_package_config_file(cmake/fgagtConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfig.cmake
                              INSTALL_DESTINATION ${fgagt_config_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/fgagtConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfigVersion.cmake
        DESTINATION ${fgagt_config_dir})

# The prefix is relative to this file, so that the installation can be moved.
set(fgagt_pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE ${fgagt_pc_dir})
    set(fgagt_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
    string(REGEX REPLACE "[^/]+" ".." way_up ${fgagt_pc_dir})
    set(fgagt_pc_prefix "\${pcfiledir}/${way_up}")
endif()
set(fgagt_pc_includedir "\${prefix}")
cmake_path(APPEND fgagt_pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/fgagt.pc.in ${CMAKE_CURRENT_BINARY_DIR}/fgagt.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fgagt.pc DESTINATION ${fgagt_pc_dir})
