// What fusing costs, in multiply-adds.
#pragma once

#include "auif/model.h"

namespace auif {

// A pixel of a fused pair: two sources, two encoders, and the decoder. A layer is its kernel and
// theta * (I - x).
struct Cost {
  long as_written;  // both 3x3 convolutions with all channels
  long collapsed;   // one 5x5 kernel
};

constexpr Cost MultiplyAddsPerPixel(const ModelConfig& config) {
  const long layers = 4L * config.layers;
  const long decoder = 9;
  return {layers * (18L * config.channels + 1) + decoder, layers * (25 + 1) + decoder};
}

}  // namespace auif
