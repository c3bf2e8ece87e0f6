#include "metrics/viff.h"

#include <array>
#include <cassert>
#include <span>

#include "metrics/visual_information.h"

namespace auif::metrics {
namespace {

constexpr double kEyeNoise = 0.005 * 255 * 255;
constexpr double kEpsilon = 1e-7;
constexpr std::array<double, kVisualScales> kWeights{1 / 2.15, 0, 0.15 / 2.15, 1 / 2.15};

// A source's windowed means, row by row.
class SourceRows {
 public:
  SourceRows(int width, const std::vector<double>& window)
      : a_(width, window), aa_(width, window), af_(width, window) {}

  void Push(std::span<const double> source, std::span<const double> fused) {
    a_.Push(source);
    aa_.Push(source, source);
    af_.Push(source, fused);
  }
  void Filter() {
    ma_ = a_.Means();
    maa_ = aa_.Means();
    maf_ = af_.Means();
  }
  // The fused image as a copy of this source, in the window at x.
  VisualCopy Fit(int x, double mean_f, double var_f) const {
    return FitCopy(maa_[x] - ma_[x] * ma_[x], var_f, maf_[x] - ma_[x] * mean_f);
  }

 private:
  WindowedProducts a_, aa_, af_;
  const double *ma_ = nullptr, *maa_ = nullptr, *maf_ = nullptr;
};

// The ratio of one scale.
double Ratio(const std::array<GreyView, 3>& images, const std::vector<double>& window) {
  const auto& [a, b, fused] = images;
  const int width = fused.width, size = static_cast<int>(window.size());
  SourceRows rows_a(width, window), rows_b(width, window);
  WindowedProducts f(width, window), ff(width, window);
  LogSum kept, there;
  for (int y = 0; y < fused.height; ++y) {
    const auto row = [&](GreyView image) {
      return std::span(image.Row(y), static_cast<std::size_t>(width));
    };
    rows_a.Push(row(a), row(fused));
    rows_b.Push(row(b), row(fused));
    f.Push(row(fused));
    ff.Push(row(fused), row(fused));
    if (y + 1 < size) continue;
    rows_a.Filter();
    rows_b.Filter();
    const double *mf = f.Means(), *mff = ff.Means();
    for (int x = 0; x <= width - size; ++x) {
      const double var_f = mff[x] - mf[x] * mf[x];
      const VisualCopy copy_a = rows_a.Fit(x, mf[x], var_f), copy_b = rows_b.Fit(x, mf[x], var_f);
      const VisualCopy& copy = copy_a.gain < copy_b.gain ? copy_a : copy_b;
      kept.Add(copy.Kept(kEyeNoise));
      there.Add(copy.There(kEyeNoise));
    }
  }
  const double guard = kEpsilon * (width - size + 1.0) * (fused.height - size + 1.0);
  return (kept.Sum() + guard) / (there.Sum() + guard);
}

}  // namespace

Score Viff(GreyView a, GreyView b, GreyView fused) {
  assert(SameSize(a, fused) && SameSize(b, fused));
  std::array<GreyView, 3> images{a, b, fused};
  std::array<Plane<double>, 3> smaller;
  double sum = 0;
  for (int scale = 0; scale < kVisualScales; ++scale) {
    const std::vector<double> window = VisualWindow(scale);
    if (scale > 0) {
      for (std::size_t i = 0; i < 3; ++i) {
        smaller[i] = NextVisualScale(images[i], window);
        images[i] = smaller[i];
      }
    }
    const int size = static_cast<int>(window.size());
    if (images[2].width < size || images[2].height < size) return std::nullopt;
    const double weight = kWeights[static_cast<std::size_t>(scale)];
    if (weight > 0) sum += weight * Ratio(images, window);
  }
  return sum;
}

}  // namespace auif::metrics
