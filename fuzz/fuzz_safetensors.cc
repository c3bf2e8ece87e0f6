#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auif/error.h"
#include "io/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto content =
        auif::ParseSafetensors({reinterpret_cast<const char*>(data), size}, "input");
    // What can be read can be written and read again.
    auif::ParseSafetensors(auif::SerializeSafetensors(content), "output");
  } catch (const auif::Error&) {
  }
  return 0;
}
