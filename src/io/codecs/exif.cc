#include "io/codecs/exif.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "io/bytes.h"

namespace auif {
namespace {

constexpr int kUpright = 1;
constexpr std::uint32_t kOrientationTag = 274;
constexpr std::uint32_t kShort = 3, kLong = 4;  // types of a value

}  // namespace

int ExifOrientation(std::span<const std::uint8_t> exif) {
  constexpr std::string_view kMarker("Exif\0\0", 6);
  if (exif.size() >= kMarker.size() && std::equal(kMarker.begin(), kMarker.end(), exif.begin())) {
    exif = exif.subspan(kMarker.size());
  }
  if (exif.size() < 8) return kUpright;
  const bool little = exif[0] == 'I' && exif[1] == 'I';
  if (!little && !(exif[0] == 'M' && exif[1] == 'M')) return kUpright;
  // The caller has checked that the bytes are there.
  const auto number = [&](std::size_t at, std::size_t bytes) {
    return static_cast<std::uint32_t>(UintOf(exif.data() + at, bytes, !little));
  };
  const std::size_t directory = number(4, 4);
  if (number(2, 2) != 42 || directory > exif.size() - 2) return kUpright;
  constexpr std::size_t kEntry = 12;
  const std::size_t count =
      std::min<std::size_t>(number(directory, 2), (exif.size() - directory - 2) / kEntry);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + i * kEntry;
    if (number(entry, 2) != kOrientationTag) continue;
    const std::uint32_t type = number(entry + 2, 2);
    if ((type != kShort && type != kLong) || number(entry + 4, 4) != 1) return kUpright;
    const std::uint32_t value = number(entry + 8, type == kShort ? 2 : 4);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

}  // namespace auif
