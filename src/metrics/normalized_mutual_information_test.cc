#include "metrics/normalized_mutual_information.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(NormalizedMutualInformationTest, ByHand) {
  const Plane<double> a = Rows({{0, 0, 10, 20}}), b = Rows({{0, 9, 0, 9}});
  const Plane<double> f = Rows({{5, 5, 7, 7}});
  // I(A, F) = 1 of H = 1.5 and 1; I(B, F) = 0: 2 * 1 / 2.5.
  EXPECT_DOUBLE_EQ(*NormalizedMutualInformation(a, b, f), 0.8);
}

TEST(NormalizedMutualInformationTest, TwoForEqualImages) {
  const Plane<double> image = Noise(31, 17, 1);
  EXPECT_NEAR(*NormalizedMutualInformation(image, image, image), 2, 1e-12);  // rounding
}

TEST(NormalizedMutualInformationTest, SymmetricInTheSources) {
  const Plane<double> a = Noise(9, 9, 1), b = Noise(9, 9, 2), f = Noise(9, 9, 3);
  EXPECT_EQ(*NormalizedMutualInformation(a, b, f), *NormalizedMutualInformation(b, a, f));
}

TEST(NormalizedMutualInformationTest, UndefinedWithoutAnyInformation) {
  const Plane<double> grey = Constant(4, 4, 9);
  EXPECT_FALSE(NormalizedMutualInformation(grey, Noise(4, 4, 1), grey));
}

}  // namespace
}  // namespace auif::metrics
