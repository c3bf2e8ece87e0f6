# auif_embed_model(<target> <file>): compiles a model file into the target as the tables of
# network/default_model.h, so that nothing is parsed at run time. The file is a safetensors file:
# 8 bytes of length, a JSON header, then little-endian floats.
function(auif_embed_model target file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} length LIMIT 4 HEX)
  string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1" length ${length})
  math(EXPR data "8 + ${length}")
  file(READ ${file} header OFFSET 8 LIMIT ${length})
  file(READ ${file} hex OFFSET ${data} HEX)
  string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1,\n" words "${hex}")

  string(JSON metadata GET "${header}" __metadata__)
  foreach(key IN ITEMS kernels padding activation layers channels)
    string(JSON value GET "${metadata}" ${key})
    string(SUBSTRING "${value}" 0 1 first)
    string(SUBSTRING "${value}" 1 -1 rest)
    string(TOUPPER "${first}" first)
    set(${key} ${first}${rest})
  endforeach()

  set(entries "")
  string(JSON last LENGTH "${metadata}")
  math(EXPR last "${last} - 1")
  foreach(i RANGE ${last})
    string(JSON key MEMBER "${metadata}" ${i})
    if(NOT key MATCHES "^(format|format_version|kernels|padding|activation|layers|channels)$")
      string(JSON value GET "${metadata}" ${key})
      string(APPEND entries "    {R\"auif(${key})auif\", R\"auif(${value})auif\"},\n")
    endif()
  endforeach()

  set(tensors "")
  string(JSON last LENGTH "${header}")
  math(EXPR last "${last} - 1")
  foreach(i RANGE ${last})
    string(JSON name MEMBER "${header}" ${i})
    if(NOT name STREQUAL "__metadata__")
      string(JSON type GET "${header}" ${name} dtype)
      string(JSON begin GET "${header}" ${name} data_offsets 0)
      string(JSON end GET "${header}" ${name} data_offsets 1)
      if(NOT type STREQUAL "F32")
        message(FATAL_ERROR "${file}: tensor ${name} is ${type}, not F32")
      endif()
      math(EXPR count "(${end} - ${begin}) / 4")
      math(EXPR begin "${begin} / 4")
      string(APPEND tensors "    {\"${name}\", ${begin}, ${count}},\n")
    endif()
  endforeach()

  set(source ${CMAKE_CURRENT_BINARY_DIR}/default_model_tables.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "network/default_model.h"
namespace auif {
extern constinit const ModelConfig kDefaultConfig = {
    Kernels::k@kernels@, Padding::k@padding@, Activation::k@activation@, @layers@, @channels@};
static const EmbeddedText kMetadata[] = {
@entries@};
extern constinit const std::span<const EmbeddedText> kDefaultMetadata = kMetadata;
static const EmbeddedTensor kTensors[] = {
@tensors@};
extern constinit const std::span<const EmbeddedTensor> kDefaultTensors = kTensors;
static const std::uint32_t kWords[] = {
@words@};
extern constinit const std::span<const std::uint32_t> kDefaultWords = kWords;
}  // namespace auif
]])
  target_sources(${target} PRIVATE ${source})
endfunction()
