#include "metrics/vifp.h"

#include <cassert>
#include <span>

#include "metrics/visual_information.h"

namespace auif::metrics {
namespace {

constexpr double kEyeNoise = 2;

void AddScale(GreyView source, GreyView fused, const std::vector<double>& window, LogSum& kept,
              LogSum& there) {
  const int width = source.width, size = static_cast<int>(window.size());
  WindowedProducts a(width, window), f(width, window);
  WindowedProducts aa(width, window), ff(width, window), af(width, window);
  for (int y = 0; y < source.height; ++y) {
    const std::span row_a(source.Row(y), static_cast<std::size_t>(width));
    const std::span row_f(fused.Row(y), static_cast<std::size_t>(width));
    a.Push(row_a);
    f.Push(row_f);
    aa.Push(row_a, row_a);
    ff.Push(row_f, row_f);
    af.Push(row_a, row_f);
    if (y + 1 < size) continue;
    const double *ma = a.Means(), *mf = f.Means();
    const double *maa = aa.Means(), *mff = ff.Means(), *maf = af.Means();
    for (int x = 0; x <= width - size; ++x) {
      const VisualCopy copy =
          FitCopy(maa[x] - ma[x] * ma[x], mff[x] - mf[x] * mf[x], maf[x] - ma[x] * mf[x]);
      kept.Add(copy.Kept(kEyeNoise));
      there.Add(copy.There(kEyeNoise));
    }
  }
}

}  // namespace

Score Vifp(GreyView source, GreyView fused, const VifpOptions& options) {
  assert(SameSize(source, fused));
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
    const int size = static_cast<int>(window.size());
    if (a.width < size || a.height < size) return std::nullopt;
    AddScale(a, f, window, kept, there);
  }
  const double information = there.Sum();
  if (information > 0) return kept.Sum() / information;
  if (options.constant_is_one) return 1;
  return std::nullopt;
}

}  // namespace auif::metrics
