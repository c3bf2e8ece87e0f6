// One collapsed layer of an encoder, x -> x+, on rows.
//
// With K the 5x5 kernel of the layer, BN folded into K and a bias, a the PReLU's slope:
//
//   StepForm::kGradient  x+ = (1 - eta theta) x + eta theta I - eta PReLU(K x + b)
//   StepForm::kOutput    x+ = PReLU(K' x + h I + b')
//
// eta goes into K and b as well: with c = -eta (K x + b), -eta PReLU(K x + b) is c on the PReLU's
// positive side and a c on its negative one, that is max(c, a c) or min(c, a c) for all pixels
// alike, and min(c, a c) = -max(-c, -a c).
#pragma once

#include <array>

#include "kernels/kernel5x5.h"
#include "kernels/striped_row.h"

namespace auif {

// A layer ready for use: 25 taps, a bias and an activation a pixel.
struct LayerStep {
  // [row edge][column edge]; all nine are the same but with Padding::kFeature.
  std::array<std::array<std::array<float, 25>, 3>, 3> taps{};
  bool has_edges = false;
  StepForm form = StepForm::kGradient;
  // c = taps * x + bias (kOutput: + source * I), with eta, BN and sign in all of them;
  // x+ = sign * max(c, slope * c) (kGradient: + keep * x + source * I).
  float bias = 0, slope = 0, sign = 1, keep = 0, source = 0;
};

// Where the rows of a call lie in the image.
struct RowPlace {
  const RowLayout* layout;
  bool left, right;  // the rows begin and end where the image does, not inside it
  Edge edge = Edge::kInner;
};

// Computes n output rows. All rows are striped. in: n + 4 rows, the first two above and the last
// two below the output rows, each with two margin vectors on each side. source: n rows of I. out: n
// rows; their two margin vectors on each side are set, too. place.edge kFirst and kLast: n = 1.
void RunLayerStep(const LayerStep& step, const RowPlace& place, int n, const float* const* in,
                  const float* const* source, float* const* out);

}  // namespace auif
