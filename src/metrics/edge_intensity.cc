#include "metrics/edge_intensity.h"

#include <cmath>

#include "metrics/filters.h"

namespace auif::metrics {

double EdgeIntensity(GreyView fused) {
  const Gradient sobel = SobelGradient(fused, Border::kReplicate);
  double sum = 0;
  for (int y = 0; y < fused.height; ++y) {
    const double* sx = sobel.x.Row(y);
    const double* sy = sobel.y.Row(y);
    for (int x = 0; x < fused.width; ++x) sum += std::sqrt(sx[x] * sx[x] + sy[x] * sy[x]);
  }
  return sum / PixelCount(fused);
}

}  // namespace auif::metrics
