#include "metrics/mse.h"

#include <cassert>
#include <cmath>

namespace auif::metrics {

double Mse(GreyView source, GreyView fused, const MseOptions& options) {
  assert(SameSize(source, fused));
  double sum = 0;
  for (int y = 0; y < source.height; ++y) {
    const double* a = source.Row(y);
    const double* f = fused.Row(y);
    for (int x = 0; x < source.width; ++x) sum += (a[x] - f[x]) * (a[x] - f[x]);
  }
  const double scale = options.range / 255;
  if (options.form == SquaredErrorForm::kNormByCount) {
    return scale * std::sqrt(sum) / PixelCount(source);
  }
  return scale * scale * sum / PixelCount(source);
}

}  // namespace auif::metrics
