#include "metrics/spatial_frequency.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(SpatialFrequencyTest, ByHand) {
  const Plane<double> image = Rows({{0, 10}, {20, 30}});
  // Squares along rows 100 + 100, along columns 400 + 400; over 4 pixels, or over 2 differences.
  EXPECT_DOUBLE_EQ(SpatialFrequency(image), std::sqrt(250.0));
  EXPECT_DOUBLE_EQ(SpatialFrequency(image, {.mean = DifferenceMean::kDifferences}),
                   std::sqrt(500.0));
  // Zeros add 100 + 900 along rows (to 1200) and 400 + 900 along columns (to 2100).
  EXPECT_DOUBLE_EQ(SpatialFrequency(image, {.mean = DifferenceMean::kZerosAppended}),
                   std::sqrt(1200.0 / 4 + 2100.0 / 4));
}

TEST(SpatialFrequencyTest, IgnoresTransposingAndInverting) {
  const Plane<double> a = Noise(13, 7, 1);
  const Plane<double> turned = Fill(7, 13, [&](int x, int y) { return 255 - a.Row(x)[y]; });
  EXPECT_NEAR(SpatialFrequency(a), SpatialFrequency(turned), 1e-12);  // summed the other way
}

TEST(SpatialFrequencyTest, ZeroWithoutDifferences) {
  EXPECT_EQ(SpatialFrequency(Constant(5, 4, 9)), 0);
  for (const DifferenceMean mean : {DifferenceMean::kPixels, DifferenceMean::kDifferences}) {
    EXPECT_EQ(SpatialFrequency(Constant(1, 1, 9), {.mean = mean}), 0);
  }
  EXPECT_DOUBLE_EQ(SpatialFrequency(Constant(1, 1, 9), {.mean = DifferenceMean::kZerosAppended}),
                   9 * std::sqrt(2.0));
}

}  // namespace
}  // namespace auif::metrics
