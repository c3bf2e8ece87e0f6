#include "metrics/viff.h"

#include <array>
#include <cassert>

#include "metrics/filters.h"
#include "metrics/visual_information.h"

namespace auif::metrics {
namespace {

constexpr double kEyeNoise = 0.005 * 255 * 255;
constexpr double kEpsilon = 1e-7;
constexpr std::array<double, kVisualScales> kWeights{1 / 2.15, 0, 0.15 / 2.15, 1 / 2.15};

// The windowed mean of a picture and of its products with itself and with the fused picture.
struct Moments {
  Plane<double> mean, square, cross;
};

Moments Measure(GreyView picture, GreyView fused, const std::vector<double>& window) {
  return {FilterValid(picture, window, window),
          FilterValid(Product(picture, picture), window, window),
          FilterValid(Product(picture, fused), window, window)};
}

// The ratio of one scale.
double Ratio(const Moments& a, const Moments& b, const Plane<double>& mean_f,
             const Plane<double>& square_f) {
  LogSum kept, there;
  for (int y = 0; y < mean_f.height(); ++y) {
    const double* mf_row = mean_f.Row(y);
    const double* ff_row = square_f.Row(y);
    const auto fit = [&](const Moments& source, int x) {
      const double mean = source.mean.Row(y)[x], mf = mf_row[x];
      return FitCopy(source.square.Row(y)[x] - mean * mean, ff_row[x] - mf * mf,
                     source.cross.Row(y)[x] - mean * mf);
    };
    for (int x = 0; x < mean_f.width(); ++x) {
      const VisualCopy copy_a = fit(a, x), copy_b = fit(b, x);
      const VisualCopy& copy = copy_a.gain < copy_b.gain ? copy_a : copy_b;
      kept.Add(copy.Kept(kEyeNoise));
      there.Add(copy.There(kEyeNoise));
    }
  }
  const double guard = kEpsilon * PixelCount(mean_f);
  return (kept.Sum() + guard) / (there.Sum() + guard);
}

}  // namespace

Score Viff(GreyView a, GreyView b, GreyView fused) {
  assert(SameSize(a, fused) && SameSize(b, fused));
  std::array<GreyView, 3> pictures{a, b, fused};
  std::array<Plane<double>, 3> smaller;
  double sum = 0;
  for (int scale = 0; scale < kVisualScales; ++scale) {
    const std::vector<double> window = VisualWindow(scale);
    if (scale > 0) {
      for (std::size_t i = 0; i < 3; ++i) {
        smaller[i] = NextVisualScale(pictures[i], window);
        pictures[i] = smaller[i];
      }
    }
    const auto& [pa, pb, pf] = pictures;
    if (pf.width < static_cast<int>(window.size()) || pf.height < static_cast<int>(window.size())) {
      return std::nullopt;
    }
    const double weight = kWeights[static_cast<std::size_t>(scale)];
    if (weight == 0) continue;
    sum += weight * Ratio(Measure(pa, pf, window), Measure(pb, pf, window),
                          FilterValid(pf, window, window),
                          FilterValid(Product(pf, pf), window, window));
  }
  return sum;
}

}  // namespace auif::metrics
