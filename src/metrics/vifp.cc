#include "metrics/vifp.h"

#include <cassert>

#include "metrics/filters.h"
#include "metrics/visual_information.h"

namespace auif::metrics {

Score Vifp(GreyView source, GreyView fused, const VifpOptions& options) {
  assert(SameSize(source, fused));
  constexpr double kEyeNoise = 2;
  Plane<double> smaller_a, smaller_f;
  LogSum kept, there;
  GreyView a = source, f = fused;
  for (int scale = 0; scale < kVisualScales; ++scale) {
    const std::vector<double> window = VisualWindow(scale);
    if (scale > 0) {
      smaller_a = NextVisualScale(a, window);
      smaller_f = NextVisualScale(f, window);
      a = smaller_a;
      f = smaller_f;
    }
    const Plane<double> ma = FilterValid(a, window, window);
    if (ma.empty()) return std::nullopt;
    const Plane<double> mf = FilterValid(f, window, window);
    const Plane<double> aa = FilterValid(Product(a, a), window, window);
    const Plane<double> ff = FilterValid(Product(f, f), window, window);
    const Plane<double> af = FilterValid(Product(a, f), window, window);
    for (int y = 0; y < ma.height(); ++y) {
      for (int x = 0; x < ma.width(); ++x) {
        const double mean_a = ma.Row(y)[x], mean_f = mf.Row(y)[x];
        const VisualCopy copy =
            FitCopy(aa.Row(y)[x] - mean_a * mean_a, ff.Row(y)[x] - mean_f * mean_f,
                    af.Row(y)[x] - mean_a * mean_f);
        kept.Add(copy.Kept(kEyeNoise));
        there.Add(copy.There(kEyeNoise));
      }
    }
  }
  const double information = there.Sum();
  if (information > 0) return kept.Sum() / information;
  if (options.constant_is_one) return 1;
  return std::nullopt;
}

}  // namespace auif::metrics
