#include "metrics/clipped_share.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(ClippedShareTest, ByHand) {
  const Plane<double> image = Rows({{0, 5, 6, 128, 249}, {250, 255, 255, 5.4, 5.5}});
  EXPECT_DOUBLE_EQ(DarkShare(image), 30);
  EXPECT_DOUBLE_EQ(BrightShare(image), 30);
}

TEST(ClippedShareTest, AllOrNothing) {
  EXPECT_EQ(DarkShare(Constant(7, 3, 0)), 100);
  EXPECT_EQ(BrightShare(Constant(7, 3, 0)), 0);
  EXPECT_EQ(DarkShare(Constant(7, 3, 255)), 0);
  EXPECT_EQ(BrightShare(Constant(7, 3, 255)), 100);
  EXPECT_EQ(DarkShare(Constant(1, 1, 6)), 0);
  EXPECT_EQ(BrightShare(Constant(1, 1, 249.4)), 0);
}

}  // namespace
}  // namespace auif::metrics
