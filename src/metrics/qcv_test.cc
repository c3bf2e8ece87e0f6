#include "metrics/qcv.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(QcvTest, ByHandForTwoPixels) {
  // The difference is -255, 255: the frequency 1 only, r = 2 / 8. One block of 16x16.
  const double r = 0.25;
  const double gain = 2.6 * (0.0192 + 0.144 * r) * std::exp(-std::pow(0.144 * r, 1.1));
  const Plane<double> a = Rows({{10, 20}}), f = Rows({{5, 3}});
  const double expected = 2 * 255 * 255 * gain * gain / 256;
  EXPECT_NEAR(*Qcv(a, a, f), expected, 1e-12 * expected);  // the DFT's rounding
}

TEST(QcvTest, BlocksWeighByTheFifthPowerOfTheirEdges) {
  // Left block: both agree. Right block: the fused image misses the source's single dot.
  const auto scene = [](double left, double right) {
    return Fill(32, 16, [=](int x, int y) {
      if (y != 8) return 0.0;
      return x == 8 ? left : x == 24 ? right : 0.0;
    });
  };
  const Plane<double> f = scene(255, 0), strong = scene(255, 255), weak = scene(255, 51);
  // The weak dot's salience is 1/3125 of the strong one's, its distortion 1/25. Both blocks of
  // `strong` weigh alike; the fused image's own filtered difference is the only distortion.
  const double of_strong = *Qcv(strong, strong, f), of_weak = *Qcv(weak, weak, f);
  EXPECT_LT(of_weak, of_strong / 25);
  EXPECT_GT(of_weak, 0);
}

TEST(QcvTest, ZeroForCopies) {
  const Plane<double> a = Noise(37, 24, 1);
  EXPECT_EQ(*Qcv(a, a, a), 0);
}

TEST(QcvTest, SymmetricAndBlindToScale) {
  const Plane<double> a = Noise(37, 24, 1), b = Noise(37, 24, 2), f = Noise(37, 24, 3);
  const double q = *Qcv(a, b, f);
  EXPECT_NEAR(*Qcv(b, a, f), q, 1e-13 * q);  // sums in another order
  EXPECT_NEAR(*Qcv(a, b, Map(f, [](double v) { return 2 * v + 10; })), q, 1e-13 * q);
  EXPECT_GT(q, *Qcv(a, b, a));
}

TEST(QcvTest, UndefinedForConstantImages) {
  const Plane<double> a = Noise(9, 9, 1), flat = Constant(9, 9, 4);
  EXPECT_FALSE(Qcv(flat, a, a));
  EXPECT_FALSE(Qcv(a, a, flat));
}

}  // namespace
}  // namespace auif::metrics
