#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auif/error.h"
#include "auif/radiometric.h"

// Too much memory is an Error like others.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("image", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  try {
    const bool radiometric = auif::IsRadiometric(path);
    const auto image = auif::FindRadiometric(path);
    if (image.has_value() != radiometric) std::abort();
    if (image && image->visible) auif::AlignedVisible(*image, nullptr);
    if (image && image->camera) auif::Temperatures(*image, image->camera->conditions);
  } catch (const auif::Error&) {
  }
  return 0;
}
