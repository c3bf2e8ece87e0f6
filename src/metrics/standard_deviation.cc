#include "metrics/standard_deviation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace auif::metrics {

double StandardDeviation(GreyView fused, const StandardDeviationOptions& options) {
  std::vector<double> mean(static_cast<std::size_t>(fused.width));
  for (int y = 0; y < fused.height; ++y) {
    const double* row = fused.Row(y);
    for (std::size_t x = 0; x < mean.size(); ++x) mean[x] += row[x];
  }
  for (double& value : mean) value /= fused.height;
  if (options.mean == MeanOver::kImage) {
    std::fill(mean.begin(), mean.end(),
              std::accumulate(mean.begin(), mean.end(), 0.0) / fused.width);
  }
  double sum = 0;
  for (int y = 0; y < fused.height; ++y) {
    const double* row = fused.Row(y);
    for (std::size_t x = 0; x < mean.size(); ++x) sum += (row[x] - mean[x]) * (row[x] - mean[x]);
  }
  return std::sqrt(sum / PixelCount(fused));
}

}  // namespace auif::metrics
