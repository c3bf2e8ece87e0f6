// What fusing costs, in multiply-adds.
#pragma once

#include "auif/joint_model.h"
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

// Joint unrolling: two encoders, the decoder's eight 5x5 convolutions and their join, and three
// levels of the tone curve.
constexpr Cost MultiplyAddsPerPixel(const JointModel& model) {
  const long layers = 2L * model.layers;
  const long rest = 25 * 2 * JointDecoder::kMaps + 1 + 4;
  return {layers * (18L * model.channels + 1) + rest, layers * (25 + 1) + rest};
}

}  // namespace auif
