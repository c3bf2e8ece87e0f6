#include "metrics/visual_information.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace auif::metrics {
namespace {

TEST(FitCopyTest, ByHand) {
  // Variances 4 and 2, covariance 2: gain 1/2, of the copy's variance 1 is noise.
  const VisualCopy copy = FitCopy(4, 2, 2);
  EXPECT_NEAR(copy.gain, 0.5, 1e-10);  // the guard 1e-10 in the divisor
  EXPECT_NEAR(copy.noise, 1, 1e-10);
  EXPECT_EQ(copy.signal, 4);
  EXPECT_NEAR(copy.Kept(1), 1.5, 1e-10);  // 1 + 1/4 * 4 / (1 + 1)
  EXPECT_EQ(copy.There(2), 3);
}

TEST(FitCopyTest, Guards) {
  const VisualCopy of_nothing = FitCopy(1e-11, 3, 1e-6);
  EXPECT_EQ(of_nothing.gain, 0);
  EXPECT_EQ(of_nothing.signal, 0);
  EXPECT_EQ(of_nothing.noise, 3);
  const VisualCopy flat = FitCopy(3, -1e-12, 1e-6);
  EXPECT_EQ(flat.gain, 0);
  EXPECT_EQ(flat.noise, 1e-10);
  const VisualCopy negative = FitCopy(4, 2, -1);
  EXPECT_EQ(negative.gain, 0);
  EXPECT_EQ(negative.noise, 2);
}

TEST(LogSumTest, SumsLogarithms) {
  LogSum sum;
  double expected = 0;
  for (int i = 1; i <= 2000; ++i) {
    sum.Add(i * 1e10);
    expected += std::log10(i * 1e10);
  }
  EXPECT_NEAR(sum.Sum() / expected, 1, 1e-13);  // 2000 roundings
}

TEST(VisualWindowTest, IsASymmetricGaussianOfSumOne) {
  for (int scale = 0; scale < kVisualScales; ++scale) {
    const std::vector<double> window = VisualWindow(scale);
    const std::size_t size = window.size();
    ASSERT_EQ(size, std::size_t{2} << (kVisualScales - scale - 1) | 1);
    EXPECT_NEAR(std::accumulate(window.begin(), window.end(), 0.0), 1, 1e-15);
    for (std::size_t i = 0; i < size; ++i) {
      const double x = (static_cast<double>(i) - static_cast<double>(size / 2)) /
                       (static_cast<double>(size) / 5);
      EXPECT_NEAR(window[i] / window[size / 2], std::exp(-x * x / 2), 1e-15);
    }
  }
}

}  // namespace
}  // namespace auif::metrics
