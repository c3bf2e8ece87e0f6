// CRC-32C (Castagnoli; polynomial 0x1edc6f41, reflected), the checksum of LevelDB's tables.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace auif {

namespace crc32c_internal {
constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    table[byte] = crc;
  }
  return table;
}
inline constexpr std::array<std::uint32_t, 256> kTable = MakeTable();
}  // namespace crc32c_internal

inline std::uint32_t Crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc = crc >> 8 ^ crc32c_internal::kTable[(crc ^ static_cast<unsigned char>(c)) & 255];
  }
  return ~crc;
}

// Tables store it turned and shifted, since a checksum over bytes that hold their own is weak.
inline std::uint32_t MaskedCrc32c(std::string_view bytes) {
  const std::uint32_t crc = Crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

}  // namespace auif
