#include "metrics/clipped_share.h"

#include <numeric>

#include "metrics/histogram.h"

namespace auif::metrics {
namespace {

constexpr std::size_t kDarkest = 5, kBrightest = 250;

// Of levels first .. last, in per cent.
double Share(GreyView image, std::size_t first, std::size_t last) {
  const Histogram counts = CountLevels(Quantize(image, Levels::kRounded));
  const double some = std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(first),
                                      counts.begin() + static_cast<std::ptrdiff_t>(last) + 1, 0.0);
  return 100 * some / PixelCount(image);
}

}  // namespace

double DarkShare(GreyView fused) { return Share(fused, 0, kDarkest); }
double BrightShare(GreyView fused) { return Share(fused, kBrightest, kLevels - 1); }

}  // namespace auif::metrics
