#include "metrics/average_gradient.h"

#include <cmath>

#include "metrics/filters.h"

namespace auif::metrics {
namespace {

double Strength(double gx, double gy) { return std::sqrt((gx * gx + gy * gy) / 2); }

double SumForward(GreyView fused) {
  double sum = 0;
  for (int y = 0; y + 1 < fused.height; ++y) {
    const double* row = fused.Row(y);
    const double* below = fused.Row(y + 1);
    for (int x = 0; x + 1 < fused.width; ++x) {
      sum += Strength(row[x + 1] - row[x], below[x] - row[x]);
    }
  }
  return sum;
}

double SumCentral(GreyView fused) {
  const Gradient gradient = CentralGradient(fused);
  double sum = 0;
  for (int y = 0; y < fused.height; ++y) {
    const double* gx = gradient.x.Row(y);
    const double* gy = gradient.y.Row(y);
    for (int x = 0; x < fused.width; ++x) sum += Strength(gx[x], gy[x]);
  }
  return sum;
}

}  // namespace

Score AverageGradient(GreyView fused, const AverageGradientOptions& options) {
  if (fused.width < 2 || fused.height < 2) return std::nullopt;
  const double inner = (fused.width - 1.0) * (fused.height - 1.0);
  switch (options.form) {
    case AverageGradientForm::kForward:
      return SumForward(fused) / inner;
    case AverageGradientForm::kCentral:
      return SumCentral(fused) / PixelCount(fused);
    case AverageGradientForm::kCentralInner:
      return SumCentral(fused) / inner;
  }
  return std::nullopt;
}

}  // namespace auif::metrics
