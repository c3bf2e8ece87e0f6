#include "metrics/nabf.h"

#include <algorithm>
#include <cmath>

#include "metrics/edge_preservation.h"

namespace auif::metrics {
namespace {

constexpr EdgeModel kModel{.keeping = {.strength = {0.9999, 19, 0.5},
                                       .orientation = {0.9995, 22, 0.5},
                                       .square_root = true},
                           .border = Border::kMirror,
                           .sobel_scale = 1.0 / 8};
constexpr double kLeastEdge = 2;  // grey levels per pixel
constexpr double kLeastWeight = 0.001;

double Weight(double strength) {
  const double weight = strength * std::sqrt(strength);
  return strength >= kLeastEdge ? weight : kLeastWeight;
}

}  // namespace

std::optional<EdgeBalance> BalanceEdges(GreyView a, GreyView b, GreyView f) {
  EdgeBalance sum{0, 0, 0, 0};
  double all = 0;
  VisitEdges(a, b, f, kModel, [&](const EdgeRow& row) {
    for (int x = 0; x < f.width; ++x) {
      const double w_a = Weight(row.strength_a[x]), w_b = Weight(row.strength_b[x]);
      const double q_a = row.kept_a[x], q_b = row.kept_b[x];
      const double missing = (1 - q_a) * w_a + (1 - q_b) * w_b;
      const double stronger =
          row.strength_f[x] > std::max(row.strength_a[x], row.strength_b[x]) ? 1 : 0;
      sum.kept += q_a * w_a + q_b * w_b;
      sum.lost += (1 - stronger) * missing;
      sum.added += stronger * missing;
      sum.added_petrovic += stronger * (2 - q_a - q_b) * (w_a + w_b);
      all += w_a + w_b;
    }
  });
  if (all == 0) return std::nullopt;
  return EdgeBalance{sum.kept / all, sum.lost / all, sum.added / all, sum.added_petrovic / all};
}

Score Labf(GreyView a, GreyView b, GreyView f) {
  const auto balance = BalanceEdges(a, b, f);
  return balance ? Score(balance->lost) : std::nullopt;
}

Score Nabf(GreyView a, GreyView b, GreyView f) {
  const auto balance = BalanceEdges(a, b, f);
  return balance ? Score(balance->added) : std::nullopt;
}

}  // namespace auif::metrics
