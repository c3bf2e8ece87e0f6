#include "metrics/cross_entropy.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(CrossEntropyTest, ByHand) {
  // p = 1/2, 1/4, 1/4 and q = 1/4, 1/2, 1/4: 1/2 * log2(2) + 1/4 * log2(1/2).
  EXPECT_DOUBLE_EQ(*CrossEntropy(Rows({{0, 0}, {10, 20}}), Rows({{0, 10}, {10, 20}})), 0.25);
}

TEST(CrossEntropyTest, LeavesOutLevelsOfOnlyOneImage) {
  // Only level 0 is common: 1/2 * log2((1/2) / 1).
  EXPECT_DOUBLE_EQ(*CrossEntropy(Rows({{0, 9}}), Rows({{0, 0}})), -0.5);
}

TEST(CrossEntropyTest, ZeroForEqualHistograms) {
  const Plane<double> image = Noise(8, 8, 1);
  EXPECT_EQ(*CrossEntropy(image, image), 0);
}

TEST(CrossEntropyTest, UndefinedWithoutCommonLevels) {
  EXPECT_FALSE(CrossEntropy(Constant(4, 4, 1), Constant(4, 4, 2)));
}

}  // namespace
}  // namespace auif::metrics
