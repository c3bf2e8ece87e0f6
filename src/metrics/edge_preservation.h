// How well the fused image keeps each edge of its sources: the common core of Qabf, Labf, Nabf.
#pragma once

#include <functional>

#include "kernels/edge_preservation.h"
#include "metrics/filters.h"
#include "metrics/grey_view.h"

namespace auif::metrics {

// Edges are the responses of the Sobel kernels [-1 0 1; -2 0 2; -1 0 1] and its transpose times
// `sobel_scale`.
struct EdgeModel {
  EdgeKeeping keeping;
  Border border = Border::kReplicate;
  double sobel_scale = 1;
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
