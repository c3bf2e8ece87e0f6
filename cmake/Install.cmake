# `make install`: the program, the libraries, the headers and a package for find_package(auif).
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/auif)
set(libraries auif_core)
if(NOT AUIF_CORE_ONLY)
  list(APPEND libraries auif)
  if(AUIF_BUILD_CLI)
    install(TARGETS auif_program)
  endif()
endif()
install(TARGETS ${libraries} EXPORT auif-targets)
install(DIRECTORY include/auif DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT auif-targets NAMESPACE auif:: DESTINATION ${package_dir})

configure_package_config_file(cmake/auif-config.cmake.in ${PROJECT_BINARY_DIR}/auif-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/auif-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/auif-config.cmake ${PROJECT_BINARY_DIR}/auif-config-version.cmake
              cmake/Dependencies.cmake
        DESTINATION ${package_dir})
