#include "metrics/fmi.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

double Entropy(double p) { return -p * std::log2(p); }

// Halves of the mass on positions 1 and 2, counted down the columns.
const Plane<double> kFirst = Rows({{9, 4, 4}, {9, 4, 4}, {4, 4, 4}});

TEST(FmiTest, ByHandForAPositiveCorrelation) {
  // Positions 1 and 3. c = (1/4 - 1/9) / (1/2 - 1/9) = 5/14; sorted alike, 1 meets 1 and 2 meets
  // 3: r+ = 1. So the joint distribution has two cells (1 + t) / 4 and two (1 - t) / 4.
  const Plane<double> f = Rows({{8, 2, 2}, {2, 2, 2}, {8, 2, 2}});
  const double t = 5 / 14.0;
  const double information = 2 - 2 * Entropy((1 + t) / 4) - 2 * Entropy((1 - t) / 4);
  EXPECT_NEAR(*Fmi(kFirst, kFirst, f, FmiFeature::kPixel), information, 1e-14);
}

TEST(FmiTest, ByHandForANegativeCorrelation) {
  // Positions 3 and 4. c = -(1/9) / (1/2 - 1/9) = -2/7; sorted oppositely, r- = -1.
  const Plane<double> f = Rows({{2, 8, 2}, {2, 2, 2}, {8, 2, 2}});
  const double t = 2 / 7.0;
  const double information = 2 - 2 * Entropy((1 + t) / 4) - 2 * Entropy((1 - t) / 4);
  EXPECT_NEAR(*Fmi(kFirst, kFirst, f, FmiFeature::kPixel), information, 1e-14);
}

TEST(FmiTest, ByHandForLargeMixtures) {
  // p = (1/2, 1/2) and q = (3/4, 1/4) on 1 and 9: with distance 8, r+ = (1/4 - 1/8) 64 /
  // (4 * 2 sqrt(3)) = 1 / sqrt(3), which is smaller than c.
  const Plane<double> a = Rows({{1, 0, 0}, {0, 0, 0}, {0, 0, 1}});
  const Plane<double> f = Rows({{3, 0, 0}, {0, 0, 0}, {0, 0, 1}});
  const double c = (1 / 2.0 - 1 / 9.0) / std::sqrt((1 / 2.0 - 1 / 9.0) * (5 / 8.0 - 1 / 9.0));
  const double t = c * std::sqrt(3.0);
  ASSERT_GT(t, 1);
  // Sorted alike: (1, 1) 1/2, (9, 1) 1/4, (9, 9) 1/4; independent: 3/8, 3/8, 1/8 and 1/8.
  const double empty = (1 - t) / 8;  // below 0
  const double joint = Entropy(t / 2 + (1 - t) * 3 / 8) + Entropy(t / 4 + (1 - t) * 3 / 8) +
                       Entropy(t / 4 + (1 - t) / 8) - empty * std::log2(-empty);
  const double both = 1 + Entropy(0.75) + Entropy(0.25);
  EXPECT_NEAR(*Fmi(a, a, f, FmiFeature::kPixel), 2 * (both - joint) / both, 1e-14);
}

TEST(FmiTest, SpecialWindows) {
  const Plane<double> flat = Constant(3, 3, 7), other = Constant(3, 3, 9);
  const Plane<double> dot = Rows({{0, 0, 0}, {0, 5, 0}, {0, 0, 0}});
  EXPECT_EQ(*Fmi(flat, flat, other, FmiFeature::kPixel), 1);
  EXPECT_EQ(*Fmi(kFirst, kFirst, dot, FmiFeature::kPixel), 0);
  EXPECT_EQ(*Fmi(kFirst, kFirst, flat, FmiFeature::kPixel), 0);
}

TEST(FmiTest, OneForCopies) {
  const Plane<double> a = Noise(20, 13, 1);
  for (const auto feature : {FmiFeature::kPixel, FmiFeature::kDct, FmiFeature::kWavelet}) {
    EXPECT_EQ(*Fmi(a, a, a, feature), 1);
  }
}

TEST(FmiTest, SymmetricAndBlindToScale) {
  const Plane<double> a = Noise(20, 13, 1), b = Noise(20, 13, 2), f = Noise(20, 13, 3);
  const Plane<double> scaled = Map(f, [](double v) { return 3 * v; });
  for (const auto feature : {FmiFeature::kPixel, FmiFeature::kDct, FmiFeature::kWavelet}) {
    const double q = *Fmi(a, b, f, feature);
    EXPECT_NEAR(*Fmi(b, a, f, feature), q, 1e-14);
    EXPECT_NEAR(*Fmi(a, b, scaled, feature), q, 1e-9);  // the transforms' rounding, magnified
    EXPECT_GT(*Fmi(a, b, a, feature), q);
  }
  const Plane<double> brighter = Map(f, [](double v) { return v + 40; });
  EXPECT_NEAR(*Fmi(a, b, brighter, FmiFeature::kPixel), *Fmi(a, b, f, FmiFeature::kPixel), 1e-14);
}

TEST(FmiTest, UndefinedBelowTheWindow) {
  EXPECT_FALSE(Fmi(Noise(2, 9, 1), Noise(2, 9, 1), Noise(2, 9, 1), FmiFeature::kPixel));
}

}  // namespace
}  // namespace auif::metrics
