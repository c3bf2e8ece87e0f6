// One collapsed layer of an encoder, x -> x+, on rows.
//
// With K the 5x5 kernel of the layer, BN folded into K and a bias, a the PReLU's slope:
//
//   Activation::kGradient  x+ = (1 - eta theta) x + eta theta I - eta PReLU(K x + b)
//   Activation::kOutput    x+ = PReLU(K' x + h I + b')
//
// eta goes into K and b as well: with c = -eta (K x + b), -eta PReLU(K x + b) is c on the PReLU's
// positive side and a c on its negative one, that is max(c, a c) or min(c, a c) for all pixels
// alike, and min(c, a c) = -max(-c, -a c).
#pragma once

#include <array>

#include "auif/model.h"
#include "auif/plane.h"
#include "kernels/striped_row.h"
#include "model/collapse.h"

namespace auif {

// A layer ready for use: 25 multiply-adds and an activation a pixel.
struct LayerStep {
  // [row edge][column edge]; all nine are the same but with Padding::kFeature.
  std::array<std::array<std::array<float, 25>, 3>, 3> taps{};
  bool has_edges = false;
  Activation activation = Activation::kGradient;
  // c = taps * x + bias (kOutput: + source * I), with eta, BN and sign in all of them;
  // x+ = sign * max(c, slope * c) (kGradient: + keep * x + source * I).
  float bias = 0, slope = 0, sign = 1, keep = 0, source = 0;
};

LayerStep MakeLayerStep(const ModelConfig& config, const Layer& layer);

// A layer on rows of one layout, with its taps as vectors: with Padding::kFeature the outermost
// columns have kernels of their own, so one lane of two vectors has other taps.
class StepPlan {
 public:
  // left, right: the rows begin and end where the picture does, not inside it.
  StepPlan(const LayerStep& step, const RowLayout& layout, bool left, bool right);

  const LayerStep& step() const { return step_; }
  const RowLayout& layout() const { return layout_; }
  // Whether the first or the last column has kernels of its own. With Padding::kFeature the
  // picture's first and last row have them in any case.
  bool has_edge_columns() const { return has_edge_columns_; }
  // The vectors that hold the first and the last column.
  int EdgeVector(Edge column) const {
    return column == Edge::kFirst ? 0 : (layout_.width() - 1) % layout_.stride();
  }
  // 25 vectors RowLayout::kMaxLanes values apart, for the vectors of a row that hold its first
  // column, its last one, or neither.
  const float* Taps(Edge row, Edge column) const {
    return taps_[static_cast<int>(row)][static_cast<int>(column)].Row(0);
  }

 private:
  LayerStep step_;
  RowLayout layout_;
  bool has_edge_columns_;
  std::array<std::array<Plane<float>, 3>, 3> taps_;
};

// Computes n output rows. All rows are striped. in: n + 4 rows, the first two above and the last
// two below the output rows, each with two margin vectors on each side. source: n rows of I. out: n
// rows; their two margin vectors on each side are set, too. `row` says where the rows lie in the
// picture (first and last: n = 1).
void RunLayerStep(const StepPlan& plan, Edge row, int n, const float* const* in,
                  const float* const* source, float* const* out);

}  // namespace auif
