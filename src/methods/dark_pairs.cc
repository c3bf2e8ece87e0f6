#include "methods/dark_pairs.h"

#include <algorithm>
#include <cmath>

namespace auif {
namespace {

constexpr double kBrightEnough = 0.58, kBand = 0.08, kWanted = 0.7;
// Of the power: black images stay black.
constexpr double kLeastPower = 0.2;

}  // namespace

bool IsDarkPair(double ir_mean, double vis_mean) { return ir_mean + vis_mean < kBrightEnough; }

double PowerForPair(const LevelCounts& ir, const LevelCounts& vis) {
  const double sum = ir.Mean() + vis.Mean();
  if (!(sum < kBrightEnough)) return 1;
  const double wanted = sum + std::min((kBrightEnough - sum) / kBand, 1.0) * (kWanted - sum);
  // The means fall as the power grows.
  double least = kLeastPower, most = 1;
  for (int i = 0; i < 30; ++i) {
    const double power = (least + most) / 2;
    const auto raise = [&](double level) { return std::pow(level, power); };
    (ir.Mean(raise) + vis.Mean(raise) > wanted ? least : most) = power;
  }
  return (least + most) / 2;
}

PowerCurve::PowerCurve(double power) {
  if (power == 1) return;
  for (int i = 0; i <= LevelCounts::kSteps; ++i) {
    levels_.push_back(static_cast<float>(std::pow(i / double{LevelCounts::kSteps}, power)));
  }
  levels_.push_back(1);  // behind the end, for the level 1
}

PlaneView<const float> PowerCurve::Apply(PlaneView<const float> rows, Plane<float>* to) const {
  if (!changes()) return rows;
  for (int y = 0; y < rows.height; ++y) {
    const float* from = rows.Row(y);
    float* out = to->Row(y);
    for (int x = 0; x < rows.width; ++x) {
      const float level = from[x] > 0 ? std::min(from[x], 1.0f) : 0.0f;
      const float at = level * LevelCounts::kSteps;
      const int step = static_cast<int>(at);
      out[x] =
          levels_[step] + (at - static_cast<float>(step)) * (levels_[step + 1] - levels_[step]);
    }
  }
  return {to->Row(0), rows.width, rows.height, to->stride()};
}

}  // namespace auif
