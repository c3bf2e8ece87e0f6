#include "io/jpeg_segments.h"

#include <cstddef>

#include "io/bytes.h"

namespace auif {
namespace {

constexpr std::size_t kMostSegments = 5000;  // real files have up to a few hundred
constexpr std::size_t kMostStray = 1 << 16;  // bytes between segments

}  // namespace

std::vector<JpegSegment> JpegSegments(const InputFile& file) {
  std::uint8_t start[2];
  if (file.ReadAt(0, start, 2) != 2 || start[0] != 0xFF || start[1] != 0xD8) return {};
  std::vector<JpegSegment> segments;
  std::size_t stray = 0;
  for (std::uint64_t at = 2; segments.size() < kMostSegments && stray < kMostStray;) {
    std::uint8_t head[4];
    if (file.ReadAt(at, head, 4) != 4) break;
    if (head[0] != 0xFF || head[1] == 0xFF || head[1] == 0) {  // fill bytes, stray ones
      ++at;
      ++stray;
      continue;
    }
    if (head[1] == 0xDA || head[1] == 0xD9) break;                  // SOS, EOI
    if (head[1] == 0x01 || (head[1] >= 0xD0 && head[1] <= 0xD8)) {  // alone
      at += 2;
      ++stray;
      continue;
    }
    const std::size_t length = BigEndian(head + 2, 2);
    if (length < 2 || at + 2 + length > file.size()) break;
    segments.push_back({head[1], at + 4, length - 2});
    at += 2 + length;
  }
  return segments;
}

}  // namespace auif
