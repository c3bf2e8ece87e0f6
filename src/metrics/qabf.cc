#include "metrics/qabf.h"

#include "metrics/edge_preservation.h"

namespace auif::metrics {

Score Qabf(GreyView a, GreyView b, GreyView f, const QabfOptions& options) {
  const EdgeModel model{.keeping = {.strength = {0.9994, 15, 0.5},
                                    .orientation = {0.9879, 22, 0.8},
                                    .fold_angles = options.fold_angles,
                                    .equal_gives_strength = options.equal_gives_strength},
                        .border = options.border};
  double kept = 0, all = 0;
  VisitEdges(a, b, f, model, [&](const EdgeRow& row) {
    for (int x = 0; x < f.width; ++x) {
      kept += row.kept_a[x] * row.strength_a[x] + row.kept_b[x] * row.strength_b[x];
      all += row.strength_a[x] + row.strength_b[x];
    }
  });
  if (all == 0) return std::nullopt;
  return kept / all;
}

}  // namespace auif::metrics
