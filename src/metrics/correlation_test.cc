#include "metrics/correlation.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(CorrelationTest, ByHand) {
  // Deviations -1 0 1 and -1 1 0: 1 / sqrt(2 * 2).
  EXPECT_DOUBLE_EQ(*Correlation(Rows({{0, 1, 2}}), Rows({{0, 2, 1}})), 0.5);
}

TEST(CorrelationTest, IgnoresBrightnessAndContrastButNotTheSign) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2);
  const Plane<double> scaled = Map(b, [](double v) { return 3 * v + 20; });
  const Plane<double> inverted = Map(b, [](double v) { return 255 - v; });
  EXPECT_NEAR(*Correlation(a, scaled), *Correlation(a, b), 1e-12);  // rounding
  EXPECT_NEAR(*Correlation(a, inverted), -*Correlation(a, b), 1e-12);
  EXPECT_DOUBLE_EQ(*Correlation(a, a), 1);
}

TEST(CorrelationTest, Symmetric) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2);
  EXPECT_EQ(*Correlation(a, b), *Correlation(b, a));
}

TEST(CorrelationTest, UndefinedForAConstantImage) {
  // 0.1 has no exact mean, so its variance is not computed as zero.
  EXPECT_FALSE(Correlation(Noise(5, 5, 1), Constant(5, 5, 0.1)));
  EXPECT_FALSE(Correlation(Constant(5, 5, 0.1), Noise(5, 5, 1)));
}

}  // namespace
}  // namespace auif::metrics
