#include "auif/io.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string& path = MemoryFile(data, size);
  const auto read = [&](const auif::ReadOptions& options) {
    try {
      auif::ReadImage(path, options);
    } catch (const auif::Error&) {
    }
  };
  read({});
  read({.page = 2});
  read({.channels = auif::Channels::kFourth});
  // Every layout of which the file is a frame or several.
  for (const std::string& format : auif::RawFormats()) {
    read({.raw = auif::RawLayout{7, 5, format, 2}});
  }
  return 0;
}
