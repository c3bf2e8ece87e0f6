#include "metrics/qcv.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "metrics/filters.h"
#include "metrics/frequency_filter.h"

namespace auif::metrics {
namespace {

constexpr int kBlock = 16;
constexpr double kPixels = 8;

double Sensitivity(double r) {
  return 2.6 * (0.0192 + 0.144 * r) * std::exp(-std::pow(0.144 * r, 1.1));
}

// One value a block: the sum of value(y, x) over its pixels.
template <typename Value>
Plane<double> SumBlocks(int width, int height, Value value) {
  Plane<double> sums((width + kBlock - 1) / kBlock, (height + kBlock - 1) / kBlock);
  for (int y = 0; y < height; ++y) {
    double* row = sums.Row(y / kBlock);
    for (int x = 0; x < width; ++x) row[x / kBlock] += value(y, x);
  }
  return sums;
}

Plane<double> Salience(GreyView image) {
  const Gradient sobel = SobelGradient(image, Border::kZero);
  return SumBlocks(image.width, image.height, [&](int y, int x) {
    const double gx = sobel.x.Row(y)[x], gy = sobel.y.Row(y)[x];
    const double square = gx * gx + gy * gy;
    return square * square * std::sqrt(square);
  });
}

Plane<double> Distortion(GreyView source, GreyView fused, const FrequencyFilter& eye) {
  Plane<double> difference(source.width, source.height);
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      difference.Row(y)[x] = source.Row(y)[x] - fused.Row(y)[x];
    }
  }
  const Plane<double> seen = eye.Apply(difference);
  return SumBlocks(source.width, source.height, [&](int y, int x) {
    return seen.Row(y)[x] * seen.Row(y)[x] / (kBlock * kBlock);
  });
}

}  // namespace

Score Qcv(GreyView a, GreyView b, GreyView f) {
  assert(SameSize(a, f) && SameSize(b, f));
  const Plane<double> grey_f = StretchToGreyLevels(f);
  if (grey_f.empty()) return std::nullopt;
  const FrequencyFilter eye(f.width, f.height, kPixels, Sensitivity);
  double distortion = 0, weight = 0;
  for (const GreyView source : {a, b}) {
    const Plane<double> grey = StretchToGreyLevels(source);
    if (grey.empty()) return std::nullopt;
    const Plane<double> salience = Salience(grey);
    const Plane<double> blocks = Distortion(grey, grey_f, eye);
    for (int y = 0; y < salience.height(); ++y) {
      for (int x = 0; x < salience.width(); ++x) {
        distortion += salience.Row(y)[x] * blocks.Row(y)[x];
        weight += salience.Row(y)[x];
      }
    }
  }
  return distortion / weight;
}

}  // namespace auif::metrics
