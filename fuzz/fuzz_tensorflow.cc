#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auif/error.h"
#include "io/numpy_file.h"
#include "io/tensorflow_checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Checksums keep most changes from reaching what they protect.
  for (const bool checksums : {true, false}) {
    try {
      auif::ParseTensorFlowIndex(bytes, "input", checksums);
    } catch (const auif::Error&) {
    }
  }
  try {
    auif::ParseNpy(bytes, "input");
  } catch (const auif::Error&) {
  }
  return 0;
}
