#include "metrics/spatial_frequency.h"

#include <algorithm>
#include <cmath>

namespace auif::metrics {

double SpatialFrequency(GreyView fused, const SpatialFrequencyOptions& options) {
  const bool zeros = options.mean == DifferenceMean::kZerosAppended;
  double along_rows = 0, along_columns = 0;
  for (int y = 0; y < fused.height; ++y) {
    const double* row = fused.Row(y);
    for (int x = 1; x < fused.width; ++x) {
      along_rows += (row[x] - row[x - 1]) * (row[x] - row[x - 1]);
    }
    if (zeros) along_rows += row[fused.width - 1] * row[fused.width - 1];
    if (y + 1 < fused.height) {
      const double* below = fused.Row(y + 1);
      for (int x = 0; x < fused.width; ++x) {
        along_columns += (below[x] - row[x]) * (below[x] - row[x]);
      }
    } else if (zeros) {
      for (int x = 0; x < fused.width; ++x) along_columns += row[x] * row[x];
    }
  }
  double row_count = PixelCount(fused), column_count = row_count;
  if (options.mean == DifferenceMean::kDifferences) {
    row_count = std::max(1.0, row_count - fused.height);
    column_count = std::max(1.0, column_count - fused.width);
  }
  return std::sqrt(along_rows / row_count + along_columns / column_count);
}

}  // namespace auif::metrics
