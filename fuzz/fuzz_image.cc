#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auif/io.h"

// Too much memory is an Error like others.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A file without a disk: the readers take paths.
  static const int file = ::memfd_create("image", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  const auto read = [](const auif::ReadOptions& options) {
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
