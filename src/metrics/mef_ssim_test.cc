#include "metrics/mef_ssim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

Plane<double> Stripes(double height) {
  return Fill(50, 45, [height](int x, int) { return 100 + (x % 2 == 0 ? height : -height); });
}

TEST(MefSsimTest, ByHandForStripes) {
  // The flat source has no say, so the wanted image is the striped one, of variance 100. Halved,
  // everything is flat, which scores 1.
  const double c = 7.65 * 7.65, score = (2 * 50 + c) / (100 + 25 + c);
  const double expected = std::pow(score, 0.0448 / (0.0448 + 0.2856 + 0.3001));
  // The wanted block's length is 0.001 larger than 110: a relative 2e-5 of its variance.
  EXPECT_NEAR(*MefSsim(Stripes(10), Constant(50, 45, 80), Stripes(5)), expected, 2e-6);
}

TEST(MefSsimTest, SourcesOfOneStructureWantTheStrongerContrast) {
  EXPECT_NEAR(*MefSsim(Stripes(5), Stripes(20), Stripes(20)), 1, 1e-6);  // 0.001 as above
  EXPECT_LT(*MefSsim(Stripes(5), Stripes(20), Stripes(5)), 0.97);
}

TEST(MefSsimTest, OneForCopies) {
  const Plane<double> a = Noise(47, 44, 1);
  EXPECT_NEAR(*MefSsim(a, a, a), 1, 1e-9);  // 0.001 as above, against lengths of about 800
}

TEST(MefSsimTest, SymmetricAndBlindToBrightness) {
  const Plane<double> a = Noise(47, 44, 1), b = Noise(47, 44, 2);
  const Plane<double> f =
      Fill(47, 44, [&](int x, int y) { return (a.Row(y)[x] + b.Row(y)[x]) / 2; });
  const double score = *MefSsim(a, b, f);
  EXPECT_GT(score, 0.5);
  EXPECT_NEAR(*MefSsim(b, a, f), score, 1e-13);
  EXPECT_NEAR(*MefSsim(a, b, Map(f, [](double v) { return v + 30; })), score, 1e-11);
  EXPECT_GT(score, *MefSsim(a, b, Noise(47, 44, 3)));
}

TEST(MefSsimTest, UndefinedWhereTheWindowDoesNotFit) {
  const Plane<double> small = Noise(60, 40, 1), fits = Noise(60, 41, 1);
  EXPECT_FALSE(MefSsim(small, small, small));
  EXPECT_TRUE(MefSsim(fits, fits, fits));
}

}  // namespace
}  // namespace auif::metrics
