#include "metrics/frequency_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(FrequencyFilterTest, ByHandForWaves) {
  // Two cycles across and one down have r = 2 sqrt(2^2 + 1) / 10, whatever the size.
  const auto gain = [](double r) { return 1 + r * r; };
  for (const int width : {8, 9}) {
    for (const int height : {5, 6}) {
      const Plane<double> wave = Fill(width, height, [&](int x, int y) {
        return 3 + std::cos(2 * std::numbers::pi * (2.0 * x / width + 1.0 * y / height));
      });
      const Plane<double> result = FrequencyFilter(width, height, 10, gain).Apply(wave);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          EXPECT_NEAR(result.Row(y)[x], 3 + (wave.Row(y)[x] - 3) * (1 + 4 * 5 / 100.0), 1e-14);
        }
      }
    }
  }
}

TEST(FrequencyFilterTest, GainOneChangesNothing) {
  const Plane<double> image = Noise(13, 10, 1);
  const Plane<double> result = FrequencyFilter(13, 10, 30, [](double) { return 1.0; }).Apply(image);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 13; ++x) EXPECT_NEAR(result.Row(y)[x], image.Row(y)[x], 1e-12);
  }
}

TEST(StretchToGreyLevelsTest, ByHand) {
  const Plane<double> result = StretchToGreyLevels(Rows({{2, 4}, {3, 12}}));
  EXPECT_EQ(result.Row(0)[0], 0);
  EXPECT_EQ(result.Row(0)[1], 51);
  EXPECT_EQ(result.Row(1)[0], 26);  // 25.5
  EXPECT_EQ(result.Row(1)[1], 255);
  EXPECT_TRUE(StretchToGreyLevels(Constant(3, 2, 8)).empty());
}

}  // namespace
}  // namespace auif::metrics
