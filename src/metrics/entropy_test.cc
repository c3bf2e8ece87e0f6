#include "metrics/entropy.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(EntropyTest, ByHand) {
  // Shares 1/2, 1/4, 1/4: 1/2 * 1 + 1/4 * 2 + 1/4 * 2.
  EXPECT_DOUBLE_EQ(Entropy(Rows({{0, 0}, {10, 20}})), 1.5);
}

TEST(EntropyTest, Extremes) {
  EXPECT_EQ(Entropy(Constant(5, 3, 77)), 0);
  EXPECT_DOUBLE_EQ(Entropy(Fill(16, 16, [](int x, int y) { return 16.0 * y + x; })), 8);
}

TEST(EntropyTest, DoesNotChangeWhereLevelsAreRenamed) {
  const Plane<double> image = Noise(31, 17, 1);
  // The histogram is summed in the other order.
  EXPECT_NEAR(Entropy(image), Entropy(Map(image, [](double v) { return 255 - v; })), 1e-12);
}

TEST(EntropyTest, RoundsAndClips) { EXPECT_EQ(Entropy(Rows({{254.6, 255, 255.4, 300}})), 0); }

}  // namespace
}  // namespace auif::metrics
