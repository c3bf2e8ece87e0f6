// Joint unrolling's weights as what the kernels run.
#pragma once

#include <array>
#include <vector>

#include "auif/joint_model.h"
#include "network/compile.h"

namespace auif {

// The decoder's convolutions, each of which adds what the ones before it made: of a map's 5x5
// neighbourhood and a row of sums to the next row of sums.
struct JointDecoderStep {
  int map;  // 0 x, 1 y, 2 t, 3 n
  LayerStep step;
};

// The whole network, ready to run.
struct JointNetwork {
  explicit JointNetwork(const JointModel& model);
  int layers() const { return static_cast<int>(encoders[0].size()); }

  std::array<std::vector<LayerStep>, 2> encoders;  // base, detail
  std::array<JointDecoderStep, 2 * JointDecoder::kMaps> decoder;
  JointTone tone;
};

// Rows of the encoders' maps above and below that a row of the result needs.
inline constexpr int kJointDecoderRadius = 2;

}  // namespace auif
