// How well the fused image keeps each edge of its sources: the common core of Qabf, Labf, Nabf.
#pragma once

#include <functional>

#include "metrics/filters.h"
#include "metrics/grey_view.h"

namespace auif::metrics {

// One logistic curve scale / (1 + exp(-slope (x - middle))).
struct Logistic {
  double scale, slope, middle;
};

// Edges are the responses (sx, sy) of the Sobel kernels [-1 0 1; -2 0 2; -1 0 1] and its transpose
// times `sobel_scale`, of strength hypot(sx, sy). An edge is kept to
//   Q = strength(G) orientation(1 - 2 angle / pi), or the square root of that,
// where G = the smaller of both edge strengths over the larger one (0 where either is 0) and
// `angle` is the one between both edges, radians. A pixel without an edge counts as one of
// orientation (0, 1), as in both published evaluations.
struct EdgeModel {
  Logistic strength, orientation;
  Border border = Border::kReplicate;
  double sobel_scale = 1;
  bool square_root = false;
  // Edges have no direction: angles are folded to 0..pi/2. If false the angles atan(sy / sx) in
  // (-pi/2, pi/2], sy upwards, are subtracted as they are, so that two nearly parallel steep edges
  // may count as opposite ones.
  bool fold_angles = true;
  // Where both strengths are equal G is that strength itself instead of 1.
  bool equal_gives_strength = false;
};

// One row of pixels: the edge strengths of the three images, and Q between a source and F.
struct EdgeRow {
  const double *strength_a, *strength_b, *strength_f;
  const double *kept_a, *kept_b;
};

// Calls visit(row) for each row, from top to bottom. Rows go by one at a time because whole planes
// would cost more in memory traffic than the arithmetic.
void VisitEdges(GreyView a, GreyView b, GreyView f, const EdgeModel& model,
                const std::function<void(const EdgeRow&)>& visit);

}  // namespace auif::metrics
