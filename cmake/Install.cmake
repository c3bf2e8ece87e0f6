# `make install`: the program, the libraries, the headers, and packages for find_package(auif) and
# pkg-config.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/auif)

# install_library(TARGET EXPORT FILE SUMMARY PRIVATE_LIBS)
function(install_library target export file summary private)
  install(TARGETS ${target}_shared EXPORT auif-${export}-targets)
  install(TARGETS ${target} EXPORT auif-${export}_static-targets)
  foreach(set IN ITEMS ${export} ${export}_static)
    install(EXPORT auif-${set}-targets NAMESPACE auif:: DESTINATION ${package_dir})
  endforeach()
  file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/auif.pc.in ${PROJECT_BINARY_DIR}/${file}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# Not Requires.private: pkg-config would want these packages of those who link the shared library.
set(core_libs "-lhwy -ltbb -lstdc++ -lm -pthread")
install_library(auif_core core auif-core "${PROJECT_DESCRIPTION} (core)" "${core_libs}")
if(NOT AUIF_CORE_ONLY)
  install_library(auif auif auif "${PROJECT_DESCRIPTION}"
    "-lopencv_imgproc -lopencv_core -lpng -ljpeg -ltiff -lwebp -lopenjp2 -lzip -lutf8proc -lfmt -lz ${core_libs}")
  if(AUIF_BUILD_CLI)
    install(TARGETS auif_program)
  endif()
endif()
install(DIRECTORY include/auif DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

configure_package_config_file(cmake/auif-config.cmake.in ${PROJECT_BINARY_DIR}/auif-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/auif-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/auif-config.cmake ${PROJECT_BINARY_DIR}/auif-config-version.cmake
              cmake/Dependencies.cmake
        DESTINATION ${package_dir})

# `make deb`
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the authors of auif <auif@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_STRIP_FILES ON)
include(CPack)
