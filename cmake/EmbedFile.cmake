# auif_embed_file(<target> <file> <symbol>): compiles the file's bytes into the target as
# auif::<symbol>Bytes and auif::<symbol>Size.
function(auif_embed_file target file symbol)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(SIZE ${file} size)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include <cstddef>
namespace auif {
extern const std::size_t @symbol@Size;
extern const unsigned char @symbol@Bytes[];
const std::size_t @symbol@Size = @size@;
const unsigned char @symbol@Bytes[] = {
@bytes@};
}  // namespace auif
]])
  target_sources(${target} PRIVATE ${source})
endfunction()
