#include "metrics/standard_deviation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(StandardDeviationTest, ByHand) {
  const Plane<double> image = Rows({{0, 10}, {20, 30}});
  // Mean 15: (225 + 25 + 25 + 225) / 4.
  EXPECT_DOUBLE_EQ(StandardDeviation(image), std::sqrt(125.0));
  // Means 10 and 20 of the columns: every pixel is off by 10.
  EXPECT_DOUBLE_EQ(StandardDeviation(image, {.mean = MeanOver::kColumn}), 10);
}

TEST(StandardDeviationTest, ColumnMeansHideDifferencesBetweenColumns) {
  const Plane<double> stripes = Fill(6, 4, [](int x, int) { return 10.0 * x; });
  EXPECT_EQ(StandardDeviation(stripes, {.mean = MeanOver::kColumn}), 0);
  EXPECT_GT(StandardDeviation(stripes), 15);
}

TEST(StandardDeviationTest, ScalesWithContrastAndIgnoresBrightness) {
  const Plane<double> a = Noise(13, 7, 1);
  const Plane<double> b = Map(a, [](double v) { return v / 2 + 20; });
  EXPECT_NEAR(StandardDeviation(b), StandardDeviation(a) / 2, 1e-12);  // rounding
  EXPECT_EQ(StandardDeviation(Constant(5, 5, 3)), 0);
}

}  // namespace
}  // namespace auif::metrics
