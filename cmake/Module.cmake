# auif_module(), which src/CMakeLists.txt explains.

# Kernels for SSE4, AVX2, AVX-512, NEON and plain C++ (EMU128), chosen at run time. SSSE3 adds
# nothing over plain C++ here; the kernels keep arrays of vectors, which SVE's cannot be in.
set(AUIF_SIMD_DEFINITIONS
  HWY_COMPILE_ALL_ATTAINABLE
  "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)")

# auif_see(TARGET NAME FOLDER [USES modules]): what the target's compiler sees of the project: its
# own folder and those of the modules it uses, with their public headers.
function(auif_see target name folder)
  set(seen ${PROJECT_BINARY_DIR}/map/${name})
  file(REMOVE_RECURSE ${seen})
  file(MAKE_DIRECTORY ${seen}/auif)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${seen}/${name} SYMBOLIC)
  foreach(used IN LISTS ARGN)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${used} ${seen}/${used} SYMBOLIC)
  endforeach()
  get_target_property(headers ${target} AUIF_HEADERS)
  foreach(used IN LISTS ARGN)
    get_target_property(more auif_${used} AUIF_HEADERS)
    list(APPEND headers ${more})
  endforeach()
  foreach(header IN LISTS headers)
    if(header)
      file(CREATE_LINK ${PROJECT_SOURCE_DIR}/include/auif/${header} ${seen}/auif/${header} SYMBOLIC)
    endif()
  endforeach()
  target_include_directories(${target} PRIVATE ${seen})
endfunction()

function(auif_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CORE" "" "HEADERS;USES;LINK;SOURCES;PLUGINS;TESTS")
  set(target auif_${name})
  add_library(${target} OBJECT ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES
    AUIF_HEADERS "${arg_HEADERS}" AUIF_TESTS "${arg_TESTS}" AUIF_USES "${arg_USES}")

  auif_see(${target} ${name} src/${name} ${arg_USES})
  target_compile_definitions(${target} PRIVATE ${AUIF_SIMD_DEFINITIONS})
  target_link_libraries(${target} PRIVATE ${arg_LINK})

  set(libraries auif)
  if(arg_CORE)
    list(APPEND libraries auif_core)
  endif()
  foreach(library IN LISTS libraries)
    foreach(form IN ITEMS ${library} ${library}_shared)
      if(TARGET ${form})
        target_sources(${form} PRIVATE $<TARGET_OBJECTS:${target}>)
        target_link_libraries(${form} PRIVATE ${arg_LINK})
      endif()
    endforeach()
  endforeach()

  # NAME_plugin.cc: libauif-NAME.so, which src/io/plugin.h loads.
  foreach(source IN LISTS arg_PLUGINS)
    string(REPLACE "_plugin.cc" "" plugin ${source})
    set(plugin_target auif_plugin_${plugin})
    add_library(${plugin_target} MODULE ${source})
    set_target_properties(${plugin_target} PROPERTIES
      AUIF_HEADERS "${arg_HEADERS}" OUTPUT_NAME auif-${plugin}
      LIBRARY_OUTPUT_DIRECTORY ${AUIF_PLUGIN_BUILD_DIR})
    auif_see(${plugin_target} ${name} src/${name} ${arg_USES})
    target_link_libraries(${plugin_target} PRIVATE auif ${arg_LINK})
    target_link_options(${plugin_target} PRIVATE -Wl,--as-needed -Wl,--exclude-libs,ALL)
    add_dependencies(auif_plugins ${plugin_target})
    install(TARGETS ${plugin_target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/auif)
  endforeach()
endfunction()

# auif_program_module(TARGET USES modules LINK libraries): the program's place in the map.
function(auif_program_module target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LINK")
  set_target_properties(${target} PROPERTIES AUIF_HEADERS "")
  auif_see(${target} cli cli ${arg_USES})
  target_link_libraries(${target} PRIVATE ${arg_LINK})
endfunction()
