#include "metrics/edge_intensity.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(EdgeIntensityTest, ByHand) {
  // A step of 10: the columns beside it have |sx| = 4 * 10, the outer ones 0.
  EXPECT_DOUBLE_EQ(EdgeIntensity(Fill(4, 3, [](int x, int) { return x < 2 ? 0.0 : 10.0; })), 20);
}

TEST(EdgeIntensityTest, ScalesWithContrastAndIgnoresBrightness) {
  const Plane<double> a = Noise(13, 7, 1);
  EXPECT_DOUBLE_EQ(EdgeIntensity(Map(a, [](double v) { return v / 2 + 20; })),
                   EdgeIntensity(a) / 2);
  EXPECT_EQ(EdgeIntensity(Constant(1, 1, 9)), 0);
}

}  // namespace
}  // namespace auif::metrics
