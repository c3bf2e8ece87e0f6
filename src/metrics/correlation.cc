#include "metrics/correlation.h"

#include <cassert>
#include <cmath>

namespace auif::metrics {
namespace {

double Mean(GreyView image) {
  double sum = 0;
  for (int y = 0; y < image.height; ++y) {
    const double* row = image.Row(y);
    for (int x = 0; x < image.width; ++x) sum += row[x];
  }
  return sum / PixelCount(image);
}

bool Constant(GreyView image) {
  for (int y = 0; y < image.height; ++y) {
    const double* row = image.Row(y);
    for (int x = 0; x < image.width; ++x) {
      if (row[x] != image.Row(0)[0]) return false;
    }
  }
  return true;
}

}  // namespace

Score Correlation(GreyView a, GreyView b) {
  assert(SameSize(a, b));
  // Rounding may leave a tiny variance where there is none, so it is not asked.
  if (Constant(a) || Constant(b)) return std::nullopt;
  const double mean_a = Mean(a), mean_b = Mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (int y = 0; y < a.height; ++y) {
    const double* row_a = a.Row(y);
    const double* row_b = b.Row(y);
    for (int x = 0; x < a.width; ++x) {
      const double da = row_a[x] - mean_a, db = row_b[x] - mean_b;
      aa += da * da;
      bb += db * db;
      ab += da * db;
    }
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace auif::metrics
