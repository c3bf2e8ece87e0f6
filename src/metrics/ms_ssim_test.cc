#include "metrics/ms_ssim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

Plane<double> Stripes(double height) {
  return Fill(170, 164, [height](int x, int) { return 100 + (x % 2 == 0 ? height : -height); });
}

TEST(MsSsimTest, ByHandForConstantImages) {
  // Brightness counts at the last scale only.
  const double c1 = 2.55 * 2.55, brightness = (2 * 100 * 200 + c1) / (5 * 100 * 100 + c1);
  EXPECT_NEAR(*MsSsim(Constant(161, 161, 100), Constant(161, 161, 200)),
              std::pow(brightness, 0.1333), 1e-9);  // variances are small differences
}

TEST(MsSsimTest, ByHandForStripes) {
  // Variances 100 and 400, covariance 200; flat, and equal, from the second scale on.
  const double c2 = 7.65 * 7.65, score = (2 * 200 + c2) / (100 + 400 + c2);
  // The Gaussian window's mean over stripes is not exactly 0 but about 1e-5 of their height.
  EXPECT_NEAR(*MsSsim(Stripes(10), Stripes(20)), std::pow(score, 0.0448), 1e-9);
}

TEST(MsSsimTest, OneForEqualImagesAndSymmetric) {
  const Plane<double> a = Noise(170, 164, 1), b = Noise(170, 164, 2);
  EXPECT_NEAR(*MsSsim(a, a), 1, 1e-14);
  EXPECT_NEAR(*MsSsim(a, b), *MsSsim(b, a), 1e-14);
  EXPECT_LT(*MsSsim(a, b), 0.5);
}

TEST(MsSsimTest, ZeroForOpposites) {
  const Plane<double> a = Noise(170, 164, 1);
  EXPECT_EQ(*MsSsim(a, Map(a, [](double v) { return 255 - v; })), 0);
}

TEST(MsSsimTest, UndefinedWhereTheWindowDoesNotFit) {
  EXPECT_FALSE(MsSsim(Noise(160, 200, 1), Noise(160, 200, 2)));
  EXPECT_TRUE(MsSsim(Noise(161, 200, 1), Noise(161, 200, 1)));
}

}  // namespace
}  // namespace auif::metrics
