#include "auif/error.h"
#include "auif/radiometric.h"
#include "memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string& path = MemoryFile(data, size);
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
