#include "metrics/mef_ssim.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "kernels/mef_ssim_row.h"
#include "metrics/filters.h"
#include "metrics/halve.h"
#include "metrics/sliding_rows.h"

namespace auif::metrics {
namespace {
constexpr int kWindow = kMefSsimWindow;
constexpr std::array<double, 3> kScaleWeights{0.0448, 0.2856, 0.3001};

// Mean score over all windows.
double ScoreScale(GreyView a, GreyView b, GreyView f) {
  const std::vector<double> ones(kWindow, 1.0), gaussian = GaussianKernel(kWindow, 1.5);
  const int count = f.width - kWindow + 1, bottom = kWindow - 1;
  enum { kA, kB, kAA, kBB, kAB, kF, kFF, kAF, kBF, kQuantities };
  std::vector<SlidingRows> windows(kQuantities, SlidingRows(f.width, kWindow));
  std::vector<std::vector<double>> sums(kAB + 1), means(kQuantities);
  for (auto& row : sums) row.resize(static_cast<std::size_t>(count));
  for (auto& row : means) row.resize(static_cast<std::size_t>(count));
  std::vector<double> scores(static_cast<std::size_t>(count));
  double total = 0;
  for (int y = 0; y < f.height; ++y) {
    const double *in_a = a.Row(y), *in_b = b.Row(y), *in_f = f.Row(y);
    const auto push = [&](int quantity, auto value) {
      double* row = windows[static_cast<std::size_t>(quantity)].Push();
      for (int x = 0; x < f.width; ++x) row[x] = value(in_a[x], in_b[x], in_f[x]);
    };
    push(kA, [](double va, double, double) { return va; });
    push(kB, [](double, double vb, double) { return vb; });
    push(kF, [](double, double, double vf) { return vf; });
    push(kAA, [](double va, double, double) { return va * va; });
    push(kBB, [](double, double vb, double) { return vb * vb; });
    push(kFF, [](double, double, double vf) { return vf * vf; });
    push(kAB, [](double va, double vb, double) { return va * vb; });
    push(kAF, [](double va, double, double vf) { return va * vf; });
    push(kBF, [](double, double vb, double vf) { return vb * vf; });
    if (y < bottom) continue;
    for (std::size_t q = 0; q < means.size(); ++q) {
      windows[q].Filter(gaussian, means[q].data());
      if (q < sums.size()) windows[q].Filter(ones, sums[q].data());
    }
    const auto sum = [&](int q) { return sums[static_cast<std::size_t>(q)].data(); };
    const auto mean = [&](int q) { return means[static_cast<std::size_t>(q)].data(); };
    const BoxSums box{sum(kA), sum(kB), sum(kAA), sum(kBB), sum(kAB)};
    const GaussianMeans blurred{mean(kA),  mean(kB),  mean(kF),  mean(kAA), mean(kBB),
                                mean(kFF), mean(kAB), mean(kAF), mean(kBF)};
    ScoreMefSsimRow(box, blurred, scores.data(), count);
    for (const double score : scores) total += score;
  }
  return total / (static_cast<double>(count) * (f.height - bottom));
}

}  // namespace

Score MefSsim(GreyView a, GreyView b, GreyView f) {
  assert(SameSize(a, f) && SameSize(b, f));
  double weight_sum = 0;
  for (const double weight : kScaleWeights) weight_sum += weight;
  double product = 1;
  Plane<double> half_a, half_b, half_f;
  for (std::size_t scale = 0; scale < kScaleWeights.size(); ++scale) {
    if (scale > 0) {
      half_a = Halve(a), half_b = Halve(b), half_f = Halve(f);
      a = half_a, b = half_b, f = half_f;
    }
    if (std::min(f.width, f.height) < kWindow) return std::nullopt;
    const double score = std::max(ScoreScale(a, b, f), 0.0);
    product *= std::pow(score, kScaleWeights[scale] / weight_sum);
  }
  return product;
}

}  // namespace auif::metrics
