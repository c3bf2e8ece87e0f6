#include "metrics/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace auif::metrics {

std::vector<std::uint8_t> Quantize(GreyView image, Levels levels) {
  double low = 0, scale = 1;
  if (levels == Levels::kStretched) {
    double min = std::numeric_limits<double>::infinity(), max = -min;
    for (int y = 0; y < image.height; ++y) {
      const double* row = image.Row(y);
      const auto [row_min, row_max] = std::minmax_element(row, row + image.width);
      min = std::min(min, *row_min);
      max = std::max(max, *row_max);
    }
    if (max > min) {
      low = min;
      scale = max - min;
    }
  }
  const bool stretched = scale != 1 || low != 0;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(image.width) *
                                   static_cast<std::size_t>(image.height));
  std::uint8_t* to = pixels.data();
  for (int y = 0; y < image.height; ++y) {
    const double* row = image.Row(y);
    for (int x = 0; x < image.width; ++x) {
      const double value = stretched ? (row[x] - low) / scale * 255 : row[x];
      *to++ = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5);
    }
  }
  return pixels;
}

Histogram CountLevels(const std::vector<std::uint8_t>& pixels) {
  // Four tables: equal neighbours, which are the rule, need not wait for each other.
  std::array<std::array<std::uint32_t, kLevels>, 4> tables{};
  std::size_t i = 0;
  for (; i + 4 <= pixels.size(); i += 4) {
    for (std::size_t t = 0; t < 4; ++t) ++tables[t][pixels[i + t]];
  }
  for (; i < pixels.size(); ++i) ++tables[0][pixels[i]];
  Histogram counts;
  for (std::size_t v = 0; v < kLevels; ++v) {
    counts[v] = static_cast<double>(tables[0][v]) + tables[1][v] + tables[2][v] + tables[3][v];
  }
  return counts;
}

std::vector<double> CountPairs(const std::vector<std::uint8_t>& a,
                               const std::vector<std::uint8_t>& b) {
  assert(a.size() == b.size());
  std::vector<std::uint32_t> table(std::size_t{kLevels} * kLevels);
  for (std::size_t i = 0; i < a.size(); ++i) ++table[std::size_t{kLevels} * a[i] + b[i]];
  return {table.begin(), table.end()};
}

double EntropyOfCounts(const double* counts, std::size_t size, double total, LogBase base) {
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (counts[i] == 0) continue;
    const double p = counts[i] / total;
    sum -= p * std::log2(p);
  }
  return base == LogBase::kBits ? sum : sum * std::log(2.0);
}

JointEntropy MeasureJoint(GreyView a, GreyView b, Levels levels, LogBase base) {
  assert(SameSize(a, b));
  const std::vector<std::uint8_t> pixels_a = Quantize(a, levels), pixels_b = Quantize(b, levels);
  const double total = PixelCount(a);
  const Histogram counts_a = CountLevels(pixels_a), counts_b = CountLevels(pixels_b);
  const std::vector<double> pairs = CountPairs(pixels_a, pixels_b);
  JointEntropy out{EntropyOfCounts(counts_a.data(), kLevels, total, base),
                   EntropyOfCounts(counts_b.data(), kLevels, total, base), 0};
  out.mutual = out.a + out.b - EntropyOfCounts(pairs.data(), pairs.size(), total, base);
  return out;
}

}  // namespace auif::metrics
