// Pairs that are too dark for AUIF.
//
// The network was trained to rebuild bright images, and adds the maps of both sources: where both
// are dark, as at night, it makes black of much that max(ir, vis) still shows. What it does not
// cope with is the mean. So the levels of both sources are raised to one power, v^g, g < 1, before
// they are fused. With s = mean(ir) + mean(vis),
//
//   mean(ir^g) + mean(vis^g) = s + w (0.7 - s),  w = clamp((0.58 - s) / 0.08, 0, 1)
//
// so that nothing changes above s = 0.58 and g has no jump. The numbers were set on darkened pairs
// of the training set that it was not trained with (docs/quality.md); the sums of the paper's test
// pairs are above 0.58 but for two.
#pragma once

#include <vector>

#include "auif/plane.h"
#include "methods/level_counts.h"

namespace auif {

// g of the pair's levels; 1: it is bright enough.
double PowerForPair(const LevelCounts& ir, const LevelCounts& vis);
// Whether PowerForPair is below 1, from MeanLevel of both.
bool IsDarkPair(double ir_mean, double vis_mean);

// v -> v^g on [0, 1], between LevelCounts' steps by straight lines.
class PowerCurve {
 public:
  explicit PowerCurve(double power);
  bool changes() const { return !levels_.empty(); }
  // `rows` themselves where nothing changes, else their raised levels in `to`, of their size.
  PlaneView<const float> Apply(PlaneView<const float> rows, Plane<float>* to) const;

 private:
  std::vector<float> levels_;  // empty: as they are
};

}  // namespace auif
