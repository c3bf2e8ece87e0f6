// Integers in the bytes of files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace auif {

// Of up to eight bytes, the highest first (big-endian) or last. The caller has checked that they
// are there.
inline std::uint64_t UintOf(const std::uint8_t* from, std::size_t bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = value << 8 | from[big_endian ? i : bytes - 1 - i];
  }
  return value;
}
inline std::uint32_t BigEndian(const std::uint8_t* from, std::size_t bytes) {
  return static_cast<std::uint32_t>(UintOf(from, bytes, true));
}
inline std::uint32_t LittleEndian(const std::uint8_t* from, std::size_t bytes) {
  return static_cast<std::uint32_t>(UintOf(from, bytes, false));
}

}  // namespace auif
