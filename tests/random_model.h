// Random models and images for tests and benchmarks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <utility>

#include "auif/joint_model.h"
#include "auif/model.h"
#include "auif/plane.h"

namespace auif {

// Values in a range that a trained network has, so that maps keep their order of magnitude over 15
// layers; slopes and step sizes of both signs, slopes also beyond 1.
inline Model RandomModel(const ModelConfig& config, std::uint32_t seed) {
  std::mt19937 bits(seed);
  const auto uniform = [&](double from, double to) {
    return static_cast<float>(from + (to - from) * (bits() / 4294967296.0));
  };
  const double scale = 1.7 / (3 * std::sqrt(config.channels));
  const auto batch_norm = [&] {
    return BatchNorm{uniform(0.8, 1.2), uniform(-0.1, 0.1), uniform(-0.2, 0.2), uniform(0.5, 1.5)};
  };
  Model model;
  model.config = config;
  for (Encoder* encoder : {&model.base, &model.detail}) {
    for (int l = 0; l < config.layers; ++l) {
      Layer layer;
      for (int i = 0; i < 9 * config.channels; ++i) {
        layer.conv1.push_back(uniform(-scale, scale));
        if (config.kernels == Kernels::kIndependent) layer.conv2.push_back(uniform(-scale, scale));
      }
      layer.eta = uniform(-0.1, 0.3);
      layer.theta = uniform(-0.3, 1);
      layer.prelu = uniform(-0.2, 1.1);
      layer.bn = batch_norm();
      encoder->layers.push_back(layer);
    }
  }
  for (float& w : model.decoder.conv) w = uniform(-0.5, 0.5);
  model.decoder.bn = batch_norm();
  return model;
}

// The same of joint unrolling: a result that is mostly inside [0, 1]. BN's statistics are neutral.
inline JointModel RandomJointModel(int layers, int channels, std::uint32_t seed) {
  JointModel model = EmptyJointModel(layers, channels);
  const ModelConfig config = model.LayerConfig();
  Model encoders = RandomModel(config, seed);
  for (Encoder* encoder : {&encoders.base, &encoders.detail}) {
    for (Layer& layer : encoder->layers) {
      layer.bn.running_mean = 0;
      layer.bn.running_var = 1;
    }
  }
  model.base = std::move(encoders.base);
  model.detail = std::move(encoders.detail);
  std::mt19937 bits(seed + 1000);
  const auto uniform = [&](double most) {
    return static_cast<float>(most * (2 * (bits() / 4294967296.0) - 1));
  };
  for (auto& kernels : model.decoder.kernels) {
    for (auto& kernel : kernels) {
      for (float& tap : kernel) tap = uniform(0.06);
    }
  }
  for (float& bias : model.decoder.bias) bias = uniform(0.05);
  model.decoder.share = 0.4F;
  return model;
}

// A smooth pattern with 8-bit noise, in [0, 1].
inline Plane<float> RandomImage(int width, int height, std::uint32_t seed) {
  std::mt19937 bits(seed);
  const double fx = 0.02 + 0.1 * (bits() % 100) / 100, fy = 0.02 + 0.1 * (bits() % 100) / 100;
  Plane<float> image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double smooth = 0.5 + 0.3 * std::sin(fx * x) + 0.15 * std::cos(fy * y + fx * x);
      const double noisy = smooth + ((bits() >> 8) % 256 / 255.0 - 0.5) * 0.3;
      image.Row(y)[x] =
          static_cast<float>(std::round(255 * std::min(1.0, std::max(0.0, noisy))) / 255);
    }
  }
  return image;
}

// The largest difference of two planes of one size.
inline double LargestDifference(const Plane<float>& a, const Plane<float>& b) {
  double largest = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      largest = std::max(largest, std::abs(double{a.Row(y)[x]} - b.Row(y)[x]));
    }
  }
  return largest;
}

}  // namespace auif
