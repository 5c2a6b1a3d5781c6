include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(fgagt_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fgagt)
install(TARGETS fgagt EXPORT fgagt_targets FILE_SET HEADERS)
install(EXPORT fgagt_targets NAMESPACE fgagt:: FILE fgagtTargets.cmake DESTINATION ${fgagt_config_dir})
configure_package_config_file(cmake/fgagtConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfig.cmake
                              INSTALL_DESTINATION ${fgagt_config_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/fgagtConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/fgagtConfigVersion.cmake
        DESTINATION ${fgagt_config_dir})
