// Histograms of grey levels: pixels are rounded to the nearest of 0..255 and clipped.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "metrics/grey_view.h"

namespace auif::metrics {

inline constexpr int kLevels = 256;

// The logarithm of an information measure.
enum class LogBase {
  kBits,  // base 2
  kNats,  // base e
};

// How a pixel becomes a level.
enum class Levels {
  kRounded,    // round(x), ties away from zero
  kStretched,  // round((x - min) * 255 / (max - min)) with the image's own extremes
};

// The level of every pixel, row by row without gaps. A constant image is not stretched.
std::vector<std::uint8_t> Quantize(GreyView image, Levels levels);

using Histogram = std::array<double, kLevels>;  // counts

Histogram CountLevels(const std::vector<std::uint8_t>& pixels);
// Counts of pairs: cell [256 * a + b].
std::vector<double> CountPairs(const std::vector<std::uint8_t>& a,
                               const std::vector<std::uint8_t>& b);

// -sum p log p with p = count / total; the empty sum is 0.
double EntropyOfCounts(const double* counts, std::size_t size, double total, LogBase base);

// H(a), H(b) and I(a, b) = H(a) + H(b) - H(a, b) of two images.
struct JointEntropy {
  double a, b, mutual;
};
JointEntropy MeasureJoint(GreyView a, GreyView b, Levels levels, LogBase base);

}  // namespace auif::metrics
