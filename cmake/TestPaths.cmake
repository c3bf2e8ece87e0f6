# Where tests and benchmarks find things: tests/paths.h.
set(AUIF_SHARED "$ENV{AUIF_SHARED}" CACHE PATH
    "Folder with the paper's images and golden values; tests that need it are skipped without")
if(NOT AUIF_SHARED)
  set(AUIF_SHARED_DIR ${PROJECT_SOURCE_DIR}/../shared)
else()
  set(AUIF_SHARED_DIR ${AUIF_SHARED})
endif()

add_library(auif_test_paths STATIC ${PROJECT_SOURCE_DIR}/tests/paths.cc)
if(TARGET auif_program)
  set(AUIF_PROGRAM $<TARGET_FILE:auif_program>)
endif()
target_compile_definitions(auif_test_paths PRIVATE
  AUIF_DEFAULT_SHARED="${AUIF_SHARED_DIR}" AUIF_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
  AUIF_PROGRAM="${AUIF_PROGRAM}")
target_include_directories(auif_test_paths PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
set(AUIF_SANITIZED OFF)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(AUIF_SANITIZED ON)
  target_compile_definitions(auif_test_paths PUBLIC AUIF_SANITIZED)
endif()
if(CMAKE_CROSSCOMPILING_EMULATOR OR AUIF_SANITIZED)
  target_compile_definitions(auif_test_paths PUBLIC AUIF_SLOW)
endif()
