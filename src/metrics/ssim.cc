#include "metrics/ssim.h"

#include <cassert>

#include "metrics/filters.h"

namespace auif::metrics {

SsimOptions SsimOptions::Uniform7(double range) {
  return {.window = UniformKernel(7), .sample_covariance = true, .range = range};
}

Score Ssim(GreyView source, GreyView fused, const SsimOptions& options) {
  assert(SameSize(source, fused));
  const std::vector<double> window =
      options.window.empty() ? GaussianKernel(11, 1.5) : options.window;
  const Plane<double> ma = FilterValid(source, window, window);
  if (ma.empty()) return std::nullopt;
  const Plane<double> mf = FilterValid(fused, window, window);
  const Plane<double> aa = FilterValid(Product(source, source), window, window);
  const Plane<double> ff = FilterValid(Product(fused, fused), window, window);
  const Plane<double> af = FilterValid(Product(source, fused), window, window);
  const double c1 = options.k1 * options.range * options.k1 * options.range;
  const double c2 = options.k2 * options.range * options.k2 * options.range;
  const double count = static_cast<double>(window.size() * window.size());
  const double unbias = options.sample_covariance ? count / (count - 1) : 1;
  double sum = 0;
  for (int y = 0; y < ma.height(); ++y) {
    for (int x = 0; x < ma.width(); ++x) {
      const double a = ma.Row(y)[x], f = mf.Row(y)[x];
      const double va = unbias * (aa.Row(y)[x] - a * a);
      const double vf = unbias * (ff.Row(y)[x] - f * f);
      const double c = unbias * (af.Row(y)[x] - a * f);
      sum += (2 * a * f + c1) * (2 * c + c2) / ((a * a + f * f + c1) * (va + vf + c2));
    }
  }
  return sum / PixelCount(ma);
}

}  // namespace auif::metrics
