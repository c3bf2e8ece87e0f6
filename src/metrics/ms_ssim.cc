#include "metrics/ms_ssim.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "metrics/filters.h"
#include "metrics/halve.h"
#include "metrics/sliding_rows.h"

namespace auif::metrics {
namespace {

constexpr int kWindow = 11;
constexpr double kC1 = (0.01 * 255) * (0.01 * 255);
constexpr double kC2 = (0.03 * 255) * (0.03 * 255);
constexpr std::array<double, 5> kWeights{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

// Mean over the image of the contrast-structure term, times the luminance term if `luminance`.
double ScoreScale(GreyView x, GreyView y, bool luminance) {
  const std::vector<double> gaussian = GaussianKernel(kWindow, 1.5);
  const int count = x.width - kWindow + 1, bottom = kWindow - 1;
  // Of x, y, x^2 + y^2 and x y; variances are needed as their sum only.
  std::vector<SlidingRows> windows(4, SlidingRows(x.width, kWindow));
  std::array<std::vector<double>, 4> means;
  for (auto& row : means) row.resize(static_cast<std::size_t>(count));
  double total = 0;
  for (int i = 0; i < x.height; ++i) {
    const double *in_x = x.Row(i), *in_y = y.Row(i);
    double *next_x = windows[0].Push(), *next_y = windows[1].Push();
    double *squares = windows[2].Push(), *products = windows[3].Push();
    for (int j = 0; j < x.width; ++j) {
      next_x[j] = in_x[j];
      next_y[j] = in_y[j];
      squares[j] = in_x[j] * in_x[j] + in_y[j] * in_y[j];
      products[j] = in_x[j] * in_y[j];
    }
    if (i < bottom) continue;
    for (std::size_t q = 0; q < means.size(); ++q) windows[q].Filter(gaussian, means[q].data());
    for (std::size_t j = 0; j < means[0].size(); ++j) {
      const double mean_x = means[0][j], mean_y = means[1][j];
      const double square = mean_x * mean_x + mean_y * mean_y, product = mean_x * mean_y;
      double score = (2 * (means[3][j] - product) + kC2) / (means[2][j] - square + kC2);
      if (luminance) score *= (2 * product + kC1) / (square + kC1);
      total += score;
    }
  }
  return total / (static_cast<double>(count) * (x.height - bottom));
}

}  // namespace

Score MsSsim(GreyView x, GreyView y) {
  assert(SameSize(x, y));
  double product = 1;
  Plane<double> half_x, half_y;
  for (std::size_t scale = 0; scale < kWeights.size(); ++scale) {
    if (scale > 0) {
      half_x = Halve(x), half_y = Halve(y);
      x = half_x, y = half_y;
    }
    if (std::min(x.width, x.height) < kWindow) return std::nullopt;
    const double score = ScoreScale(x, y, scale + 1 == kWeights.size());
    product *= std::pow(std::max(score, 0.0), kWeights[scale]);
  }
  return product;
}

}  // namespace auif::metrics
