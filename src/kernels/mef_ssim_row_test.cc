// A window scored from its sums and means is scored as from its pixels, on every SIMD target.
#include "kernels/mef_ssim_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "tests/every_variant.h"

namespace auif::metrics {
namespace {

constexpr int kPixels = kMefSsimWindow * kMefSsimWindow;
using Window = std::array<double, kPixels>;

double Mean(const Window& weights, const Window& x, const Window& y) {
  double sum = 0;
  for (int i = 0; i < kPixels; ++i) sum += weights[i] * x[i] * y[i];
  return sum;
}

double Covariance(const Window& weights, const Window& x, const Window& y) {
  Window ones;
  ones.fill(1);
  const double mx = Mean(weights, x, ones), my = Mean(weights, y, ones);
  double sum = 0;
  for (int i = 0; i < kPixels; ++i) sum += weights[i] * (x[i] - mx) * (y[i] - my);
  return sum;
}

// The authors' code, window by window: the wanted block is built from its pixels.
double PlainScore(const Window& gaussian, const Window& a, const Window& b, const Window& f) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  double mean_a = 0, mean_b = 0;
  for (int i = 0; i < kPixels; ++i) mean_a += a[i] / kPixels, mean_b += b[i] / kPixels;
  double square_a = 0, square_b = 0, square_sum = 0;
  Window wanted;
  for (int i = 0; i < kPixels; ++i) {
    const double da = a[i] - mean_a, db = b[i] - mean_b;
    square_a += da * da, square_b += db * db, square_sum += (da + db) * (da + db);
  }
  const double contrast_a = std::sqrt(square_a) + 0.001, contrast_b = std::sqrt(square_b) + 0.001;
  const double consistency =
      (std::sqrt(square_sum) + kEpsilon) / (std::sqrt(square_a) + std::sqrt(square_b) + kEpsilon);
  const double p = std::min(std::tan(std::numbers::pi / 2 * std::min(consistency, 1.0)), 10.0);
  const double weight_a = std::pow(contrast_a / kMefSsimWindow, p) + kEpsilon;
  const double weight_b = std::pow(contrast_b / kMefSsimWindow, p) + kEpsilon;
  double square = 0;
  for (int i = 0; i < kPixels; ++i) {
    wanted[i] =
        (weight_a * (a[i] - mean_a) / contrast_a + weight_b * (b[i] - mean_b) / contrast_b) /
        (weight_a + weight_b);
    square += wanted[i] * wanted[i];
  }
  if (square > 0) {
    for (double& value : wanted) value *= std::max(contrast_a, contrast_b) / std::sqrt(square);
  }
  const double c = (0.03 * 255) * (0.03 * 255);
  return (2 * Covariance(gaussian, wanted, f) + c) /
         (Covariance(gaussian, wanted, wanted) + Covariance(gaussian, f, f) + c);
}

TEST(MefSsimRowTest, AgreesWithTheFormula) {
  Window gaussian, ones;
  ones.fill(1);
  for (int i = 0; i < kPixels; ++i) {
    const int y = i / kMefSsimWindow - 5, x = i % kMefSsimWindow - 5;
    gaussian[i] = std::exp(-(x * x + y * y) / (2 * 1.5 * 1.5));
  }
  const double all = Mean(gaussian, ones, ones);
  for (double& weight : gaussian) weight /= all;

  std::mt19937 bits(3);
  constexpr int kCount = 37;
  std::vector<Window> a(kCount), b(kCount), f(kCount);
  for (int i = 0; i < kCount; ++i) {
    // Strong and weak textures; the sources alike in part, so that each rule of the mixture is met.
    const int contrast = i % 3 == 0 ? 256 : 12;
    for (int k = 0; k < kPixels; ++k) {
      a[i][k] = static_cast<double>(bits() % contrast);
      b[i][k] = i % 2 == 0 ? a[i][k] : static_cast<double>(bits() % 40);
      f[i][k] = static_cast<double>(bits() % 256);
    }
  }
  const auto rows = [&](const Window& weights, const auto& x, const auto& y) {
    std::vector<double> row(kCount);
    for (int i = 0; i < kCount; ++i) row[i] = Mean(weights, x[i], y[i]);
    return row;
  };
  const std::vector<Window> one(kCount, ones);
  const auto s_a = rows(ones, a, one), s_b = rows(ones, b, one), s_aa = rows(ones, a, a),
             s_bb = rows(ones, b, b), s_ab = rows(ones, a, b);
  const auto m_a = rows(gaussian, a, one), m_b = rows(gaussian, b, one),
             m_f = rows(gaussian, f, one), m_aa = rows(gaussian, a, a), m_bb = rows(gaussian, b, b),
             m_ff = rows(gaussian, f, f), m_ab = rows(gaussian, a, b), m_af = rows(gaussian, a, f),
             m_bf = rows(gaussian, b, f);
  ForEachTarget([&] {
    std::vector<double> score(kCount);
    ScoreMefSsimRow({s_a.data(), s_b.data(), s_aa.data(), s_bb.data(), s_ab.data()},
                    {m_a.data(), m_b.data(), m_f.data(), m_aa.data(), m_bb.data(), m_ff.data(),
                     m_ab.data(), m_af.data(), m_bf.data()},
                    score.data(), kCount);
    for (int i = 0; i < kCount; ++i) {
      ASSERT_NEAR(score[i], PlainScore(gaussian, a[i], b[i], f[i]), 1e-10) << i;
    }
  });
}

}  // namespace
}  // namespace auif::metrics
