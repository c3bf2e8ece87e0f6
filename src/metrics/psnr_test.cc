#include "metrics/psnr.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(PsnrTest, ByHand) {
  const Plane<double> a = Rows({{0, 10}}), f = Rows({{3, 6}});
  // MSE 12.5 against A and 0 against B.
  EXPECT_DOUBLE_EQ(*Psnr(a, f, f), 10 * std::log10(255 * 255 / 6.25));
  EXPECT_DOUBLE_EQ(*Psnr(a, f, f, {.peak = Peak::kFusedMaximum}), 10 * std::log10(36 / 6.25));
}

TEST(PsnrTest, UnitRangeWithPeak255Adds48Decibels) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2), f = Noise(13, 7, 3);
  EXPECT_NEAR(*Psnr(a, b, f, {.mse = {.range = 1}}), *Psnr(a, b, f) + 20 * std::log10(255.0),
              1e-12);  // rounding
}

TEST(PsnrTest, SymmetricInTheSources) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2), f = Noise(13, 7, 3);
  EXPECT_EQ(*Psnr(a, b, f), *Psnr(b, a, f));
}

TEST(PsnrTest, UndefinedWithoutErrorOrPeak) {
  const Plane<double> a = Noise(5, 5, 1);
  EXPECT_FALSE(Psnr(a, a, a));
  EXPECT_FALSE(Psnr(a, a, Constant(5, 5, 0), {.peak = Peak::kFusedMaximum}));
}

}  // namespace
}  // namespace auif::metrics
