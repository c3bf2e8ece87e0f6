// Comparing the gradients of a whole model.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "auif/joint_model.h"
#include "auif/model.h"
#include "auif/plane.h"

namespace auif {

// The length of the difference over the length of the reference: for every kernel tensor, for the
// running statistics, and for the five single parameters of a layer (eta, theta, slope, batch
// norm's weight and bias) together. One of the five alone may be zero by construction: scaling what
// a batch norm follows changes nothing, so with Activation::kOutput the gradient of the batch
// norm's weight is a difference of large, nearly equal sums, of which float32 keeps few digits
// (PyTorch's own differ there by up to a percent from those in float64).
template <typename AnyModel>
std::map<std::string, double> GradientErrors(const AnyModel& gradient, const AnyModel& reference) {
  std::map<std::string, std::pair<double, double>> squares;  // of differences, of references
  const auto tensors = Tensors(gradient), references = Tensors(reference);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    std::string group = tensors[t].name;
    if (tensors[t].trainable && tensors[t].values.size() == 1) {
      group = group.substr(0, group.find('.', group.find('.') + 1)) + " scalars";
    }
    auto& [difference, length] = squares[group];
    for (std::size_t i = 0; i < tensors[t].values.size(); ++i) {
      const double expected = references[t].values[i];
      difference += std::pow(tensors[t].values[i] - expected, 2);
      length += expected * expected;
    }
  }
  std::map<std::string, double> errors;
  for (const auto& [group, sums] : squares) {
    errors[group] = sums.first == 0 ? 0 : std::sqrt(sums.first / sums.second);
  }
  return errors;
}

// Rectangles of random grey with some noise: the base encoder, which sees a blurred image, needs
// contrasts of all sizes to have gradients that are more than rounding.
inline Plane<float> BlockImage(int width, int height, std::uint32_t seed) {
  std::mt19937 bits(seed);
  Plane<float> image(width, height);
  for (int i = 0; i < 40; ++i) {
    const int x = static_cast<int>(bits() % width), y = static_cast<int>(bits() % height);
    const int right = std::min<int>(width, x + 2 + bits() % (width / 2));
    const int bottom = std::min<int>(height, y + 2 + bits() % (height / 2));
    const float grey = static_cast<float>(bits() % 236 + 10) / 255;
    for (int row = y; row < bottom; ++row) {
      std::fill(image.Row(row) + x, image.Row(row) + right, grey);
    }
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.Row(y)[x] += static_cast<float>(static_cast<int>(bits() >> 8) % 21 - 10) / 255;
      image.Row(y)[x] = std::clamp(image.Row(y)[x], 0.0f, 1.0f);
    }
  }
  return image;
}

}  // namespace auif
