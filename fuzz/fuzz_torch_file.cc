#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auif/error.h"
#include "io/pickle.h"
#include "io/torch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    auif::ParseTorchFile(bytes, "input");
  } catch (const auif::Error&) {
  }
  // A pickle alone: the checksums of zip files keep most changes from reaching it.
  try {
    auif::ParsePickle(bytes, "input");
  } catch (const auif::Error&) {
  }
  return 0;
}
