#include "metrics/cross_entropy.h"

#include <cmath>

#include "metrics/histogram.h"

namespace auif::metrics {

Score CrossEntropy(GreyView source, GreyView fused) {
  const Histogram p = CountLevels(Quantize(source, Levels::kRounded));
  const Histogram q = CountLevels(Quantize(fused, Levels::kRounded));
  double sum = 0;
  bool common = false;
  for (std::size_t v = 0; v < kLevels; ++v) {
    if (p[v] == 0 || q[v] == 0) continue;
    common = true;
    sum += p[v] * std::log2(p[v] / q[v]);
  }
  if (!common) return std::nullopt;
  return sum / PixelCount(source);
}

}  // namespace auif::metrics
