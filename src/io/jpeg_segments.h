// What stands before the image in a JPEG file.
#pragma once

#include <cstdint>
#include <vector>

#include "io/atomic_file.h"

namespace auif {

struct JpegSegment {
  std::uint8_t marker = 0;   // 0xE1: APP1
  std::uint64_t offset = 0;  // of what follows the length
  std::size_t size = 0;      // of that; lies within the file
};

// The segments up to the image's data (SOS), in order; empty where the file is no JPEG. A file that
// is cut short or has no end of segments gives those before.
std::vector<JpegSegment> JpegSegments(const InputFile& file);

}  // namespace auif
