#include "metrics/psnr.h"

#include <algorithm>
#include <cmath>

namespace auif::metrics {
namespace {

double Maximum(GreyView image) {
  double max = image.Row(0)[0];
  for (int y = 0; y < image.height; ++y) {
    max = std::max(max, *std::max_element(image.Row(y), image.Row(y) + image.width));
  }
  return max;
}

}  // namespace

Score Psnr(GreyView a, GreyView b, GreyView fused, const PsnrOptions& options) {
  const double peak = options.peak == Peak::k255 ? 255 : Maximum(fused);
  const double mse = (Mse(a, fused, options.mse) + Mse(b, fused, options.mse)) / 2;
  if (mse == 0 || peak == 0) return std::nullopt;
  return 10 * std::log10(peak * peak / mse);
}

}  // namespace auif::metrics
