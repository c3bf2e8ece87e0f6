#include "metrics/mutual_information.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/entropy.h"
#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(MutualInformationTest, ByHand) {
  // Rows against columns: knowing one says nothing about the other.
  EXPECT_DOUBLE_EQ(MutualInformation(Rows({{0, 0}, {9, 9}}), Rows({{0, 9}, {0, 9}})), 0);
  // H = 1.5, 1 and 1.5 bits: 1.5 + 1 - 1.5.
  EXPECT_DOUBLE_EQ(MutualInformation(Rows({{0, 0, 10, 20}}), Rows({{5, 5, 7, 7}})), 1);
}

TEST(MutualInformationTest, OfAImageWithItselfIsItsEntropy) {
  const Plane<double> image = Noise(31, 17, 1);
  EXPECT_NEAR(MutualInformation(image, image), Entropy(image), 1e-12);  // rounding
}

TEST(MutualInformationTest, Symmetric) {
  const Plane<double> a = Noise(9, 9, 1), b = Map(Noise(9, 9, 2), [](double v) { return v / 64; });
  EXPECT_NEAR(MutualInformation(a, b), MutualInformation(b, a), 1e-12);  // summed the other way
}

TEST(MutualInformationTest, NatsAreBitsTimesLn2) {
  const Plane<double> a = Noise(9, 9, 1), b = Noise(9, 9, 2);
  EXPECT_DOUBLE_EQ(MutualInformation(a, b, {.base = LogBase::kNats}),
                   MutualInformation(a, b) * std::log(2.0));
}

TEST(MutualInformationTest, StretchingIgnoresContrast) {
  const Plane<double> a = Noise(64, 64, 1);
  const Plane<double> darker = Map(a, [](double v) { return v / 2; });
  EXPECT_NEAR(MutualInformation(a, darker, {.levels = Levels::kStretched}), Entropy(a), 1e-12);
  EXPECT_LT(MutualInformation(a, darker), Entropy(a) - 0.9);  // half the levels: a bit less
}

}  // namespace
}  // namespace auif::metrics
