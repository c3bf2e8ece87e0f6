#include "metrics/qcb.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "metrics/filters.h"
#include "metrics/frequency_filter.h"

namespace auif::metrics {
namespace {

constexpr int kWindow = 31;
constexpr double kPixels = 30;

double ContrastSensitivity(double r) {
  const double wide = r / 15.3870, narrow = r / 1.3456;
  return std::exp(-wide * wide) - 0.7622 * std::exp(-narrow * narrow);
}

// Samples of a Gaussian of integral 1. The cut-off tails are not made up for: the published code
// divides by the integral, not by the sum.
std::vector<double> GaussianSamples(double sigma) {
  std::vector<double> samples(kWindow);
  constexpr int kMiddle = kWindow / 2;
  for (int i = 0; i < kWindow; ++i) {
    const double x = (i - kMiddle) / sigma;
    samples[static_cast<std::size_t>(i)] =
        std::exp(-x * x / 2) / (sigma * std::sqrt(2 * std::numbers::pi));
  }
  return samples;
}

Plane<double> PerceivedContrast(GreyView image, const FrequencyFilter& eye) {
  const Plane<double> seen = eye.Apply(image);
  const std::vector<double> fine = GaussianSamples(2), coarse = GaussianSamples(4);
  Plane<double> contrast = FilterSame(seen, fine, fine, Border::kZero);
  const Plane<double> surround = FilterSame(seen, coarse, coarse, Border::kZero);
  for (int y = 0; y < contrast.height(); ++y) {
    double* row = contrast.Row(y);
    const double* around = surround.Row(y);
    for (int x = 0; x < contrast.width(); ++x) {
      const double c = around[x] == 0 ? 0 : std::abs(row[x] / around[x] - 1);
      row[x] = c * c * c / (c * c + 0.0001);
    }
  }
  return contrast;
}

double Kept(double source, double fused) {
  const double larger = std::max(source, fused);
  return larger == 0 ? 1 : std::min(source, fused) / larger;
}

}  // namespace

Score Qcb(GreyView a, GreyView b, GreyView f) {
  assert(SameSize(a, f) && SameSize(b, f));
  const Plane<double> grey_a = StretchToGreyLevels(a), grey_b = StretchToGreyLevels(b);
  const Plane<double> grey_f = StretchToGreyLevels(f);
  if (grey_a.empty() || grey_b.empty() || grey_f.empty()) return std::nullopt;
  const FrequencyFilter eye(f.width, f.height, kPixels, ContrastSensitivity);
  const Plane<double> contrast_a = PerceivedContrast(grey_a, eye);
  const Plane<double> contrast_b = PerceivedContrast(grey_b, eye);
  const Plane<double> contrast_f = PerceivedContrast(grey_f, eye);
  double total = 0;
  for (int y = 0; y < f.height; ++y) {
    for (int x = 0; x < f.width; ++x) {
      const double c_a = contrast_a.Row(y)[x], c_b = contrast_b.Row(y)[x];
      const double c_f = contrast_f.Row(y)[x];
      const double salience_a = c_a * c_a, salience_b = c_b * c_b;
      const double all = salience_a + salience_b;
      const double share_a = all == 0 ? 0.5 : salience_a / all;
      total += share_a * Kept(c_a, c_f) + (1 - share_a) * Kept(c_b, c_f);
    }
  }
  return total / PixelCount(f);
}

}  // namespace auif::metrics
