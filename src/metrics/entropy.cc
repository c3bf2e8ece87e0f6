#include "metrics/entropy.h"

#include "metrics/histogram.h"

namespace auif::metrics {

double Entropy(GreyView fused) {
  const Histogram counts = CountLevels(Quantize(fused, Levels::kRounded));
  return EntropyOfCounts(counts.data(), counts.size(), PixelCount(fused), LogBase::kBits);
}

}  // namespace auif::metrics
