#include "metrics/scd.h"

#include <cassert>

#include "metrics/correlation.h"

namespace auif::metrics {
namespace {

Plane<double> Difference(GreyView a, GreyView b) {
  assert(SameSize(a, b));
  Plane<double> out(a.width, a.height);
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) out.Row(y)[x] = a.Row(y)[x] - b.Row(y)[x];
  }
  return out;
}

}  // namespace

Score Scd(GreyView a, GreyView b, GreyView fused) {
  const Score with_a = Correlation(Difference(fused, b), a);
  const Score with_b = Correlation(Difference(fused, a), b);
  if (!with_a || !with_b) return std::nullopt;
  return *with_a + *with_b;
}

}  // namespace auif::metrics
