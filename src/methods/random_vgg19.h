// Weights in the place of VGG-19's, for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "io/safetensors.h"

namespace auif {

inline Safetensors RandomVgg19() {
  std::mt19937 bits(19);
  Safetensors weights;
  int channels = 3;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, std::size_t count,
                       double scale) {
    Tensor tensor{std::move(shape), std::vector<float>(count)};
    for (float& value : tensor.values) {
      value = static_cast<float>(((bits() >> 8) % 65536 / 32768.0 - 1) * scale);
    }
    weights.tensors[name] = std::move(tensor);
  };
  constexpr int kBlocks[4][2] = {{64, 2}, {128, 2}, {256, 4}, {512, 1}};  // channels, convolutions
  for (int b = 0; b < 4; ++b) {
    const int out = kBlocks[b][0];
    for (int i = 0; i < kBlocks[b][1]; ++i) {
      const std::string name = "block" + std::to_string(b + 1) + "_conv" + std::to_string(i + 1);
      // The maps keep their size.
      add(name + "/kernel", {out, channels, 3, 3}, static_cast<std::size_t>(out) * channels * 9,
          0.6 / std::sqrt(channels));
      add(name + "/bias", {out}, static_cast<std::size_t>(out), 0.01);
      channels = out;
    }
  }
  return weights;
}

}  // namespace auif
