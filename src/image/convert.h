// Samples and grey levels in [0, 1]: the one place that converts and rounds.
#pragma once

#include <algorithm>
#include <limits>

#include "auif/image.h"

namespace auif {

// The level of a sample, in float: v / 255 or v / 65535 for full ranges, as a reader of the
// published code has it.
template <Sample T>
constexpr float ToUnit(T value, Range range = kFullRange<T>) {
  return (static_cast<float>(value) - static_cast<float>(range.black)) /
         static_cast<float>(range.white - range.black);
}

// The integer nearest to 255 v or 65535 v, halves up, or the float itself; values outside [0, 1]
// are clamped, NaN becomes 0. The product is exact: in float, 0.664705873 * 255 would round to
// 169.5 and then to 170.
template <Sample T>
constexpr T FromUnit(float value) {
  const float clamped = value > 0 ? std::min(value, 1.0F) : 0.0F;
  if constexpr (std::same_as<T, float>) {
    return clamped;
  } else {
    constexpr double kLargest = std::numeric_limits<T>::max();
    return static_cast<T>(double{clamped} * kLargest + 0.5);
  }
}

}  // namespace auif
