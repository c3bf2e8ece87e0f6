#include "metrics/qabf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/simd.h"
#include "metrics/mef_ssim.h"
#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

double Strength(double g) { return 0.9994 / (1 + std::exp(-15 * (g - 0.5))); }
double Orientation(double a) { return 0.9879 / (1 + std::exp(-22 * (a - 0.8))); }

// Vector code takes other steps than the library's exp and atan, to some units in the last place.
constexpr double kRounding = 1e-13;

// Every pixel of a plane of 2x2 has the same edge, (4 across, 4 down), where edge pixels repeat.
Plane<double> Slope(double across, double down) {
  return Fill(2, 2, [&](int x, int y) { return across * x + down * y; });
}

TEST(QabfTest, ByHandForOneSourceOfHalfStrength) {
  const Plane<double> a = Slope(80, 0), b = Constant(2, 2, 7), f = Slope(40, 0);
  EXPECT_NEAR(*Qabf(a, b, f), Strength(0.5) * Orientation(1), kRounding);
}

TEST(QabfTest, ByHandForAngles) {
  const Plane<double> b = Constant(2, 2, 0);
  EXPECT_NEAR(*Qabf(Slope(30, 0), b, Slope(0, 30)), Strength(1) * Orientation(0), kRounding);
  const double angle = 2 * std::atan(0.1) * 2 / std::numbers::pi;
  EXPECT_NEAR(*Qabf(Slope(1, 10), b, Slope(-1, 10)), Strength(1) * Orientation(1 - angle),
              kRounding);
  const QabfOptions unfolded{.fold_angles = false};
  EXPECT_NEAR(*Qabf(Slope(1, 10), b, Slope(-1, 10), unfolded),
              Strength(1) * Orientation(1 - (2 - angle)), kRounding);
}

TEST(QabfTest, UnfoldedAnglesTakeSteepEdgesAsUpwards) {
  // Level rows have the angle pi/2, sy upwards: near 84 degrees, far from -84 degrees.
  const Plane<double> a = Slope(0, 10), b = Constant(2, 2, 0);
  const QabfOptions unfolded{.fold_angles = false};
  EXPECT_GT(*Qabf(a, b, Slope(-1, 10), unfolded), 0.9);
  EXPECT_LT(*Qabf(a, b, Slope(1, 10), unfolded), 1e-9);
}

TEST(QabfTest, EqualStrengthsMayCountAsThemselves) {
  const Plane<double> a = Slope(0.05, 0), b = Constant(2, 2, 0);
  EXPECT_NEAR(*Qabf(a, b, a, {.equal_gives_strength = true}), Strength(0.2) * Orientation(1),
              kRounding);
}

TEST(QabfTest, BordersDiffer) {
  // Zeros outside put an edge around a constant image.
  const Plane<double> a = Constant(5, 4, 9);
  EXPECT_FALSE(Qabf(a, a, a));
  EXPECT_TRUE(Qabf(a, a, a, kQabfInUse));
}

TEST(QabfTest, CopiesScoreTheModelsMaximum) {
  const Plane<double> a = Noise(19, 13, 1);
  EXPECT_NEAR(*Qabf(a, a, a), Strength(1) * Orientation(1), kRounding);
}

TEST(QabfTest, SymmetricAndBlindToBrightnessAndSign) {
  const Plane<double> a = Noise(19, 13, 1), b = Noise(19, 13, 2), f = Noise(19, 13, 3);
  const double q = *Qabf(a, b, f);
  EXPECT_NEAR(*Qabf(b, a, f), q, kRounding);
  EXPECT_NEAR(*Qabf(a, b, Map(f, [](double v) { return v + 50; })), q, kRounding);
  EXPECT_NEAR(*Qabf(a, b, Map(f, [](double v) { return 255 - v; })), q, kRounding);
  EXPECT_GT(*Qabf(a, b, a), q);
}

TEST(QabfTest, EveryInstructionSetAgrees) {
  const Plane<double> a = Noise(61, 43, 1), b = Noise(61, 43, 2), f = Noise(61, 43, 3);
  const double qabf = *Qabf(a, b, f), mef_ssim = *MefSsim(a, b, f);
  for (const std::string& target : SimdTargets()) {
    ASSERT_TRUE(ForceSimdTarget(target));
    EXPECT_NEAR(*Qabf(a, b, f), qabf, kRounding) << target;
    EXPECT_NEAR(*MefSsim(a, b, f), mef_ssim, kRounding) << target;
  }
  ForceSimdTarget("");
}

}  // namespace
}  // namespace auif::metrics
