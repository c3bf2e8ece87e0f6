#include "metrics/qcb.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

double Gaussian(double x, double sigma) {
  return std::exp(-x * x / (2 * sigma * sigma)) / (sigma * std::sqrt(2 * std::numbers::pi));
}

// C' of a pixel of value `here` with the one neighbour `there`.
double Contrast(double here, double there) {
  const auto blurred = [&](double sigma) {
    return Gaussian(0, sigma) * (Gaussian(0, sigma) * here + Gaussian(1, sigma) * there);
  };
  const double c = std::abs(blurred(2) / blurred(4) - 1);
  return c * c * c / (c * c + 0.0001);
}

TEST(QcbTest, ByHandForTwoPixels) {
  // Two pixels have the frequencies 0 and 1, r = 2 / 30, so the eye sees mean -+ swing.
  const double r = 1 / 15.0;
  const double mean = 127.5 * (1 - 0.7622);
  const double swing = 127.5 * (std::exp(-r * r / (15.387 * 15.387)) -
                                0.7622 * std::exp(-r * r / (1.3456 * 1.3456)));
  const double dark = Contrast(mean - swing, mean + swing);
  const double bright = Contrast(mean + swing, mean - swing);
  const Plane<double> a = Rows({{10, 20}}), b = Rows({{5, 3}});
  const double smaller = std::min(dark, bright), larger = std::max(dark, bright);
  // Both pixels: one source is kept, of the other one smaller / larger.
  const double expected = [&](double one, double other) {
    return (one * one + other * other * smaller / larger) / (one * one + other * other);
  }(dark, bright);
  const double mirrored = [&](double one, double other) {
    return (one * one + other * other * smaller / larger) / (one * one + other * other);
  }(bright, dark);
  EXPECT_NEAR(*Qcb(a, b, a), (expected + mirrored) / 2, 1e-12);  // the DFT's rounding
}

TEST(QcbTest, OneForCopies) {
  const Plane<double> a = Noise(37, 24, 1);
  EXPECT_NEAR(*Qcb(a, a, a), 1, 1e-14);
}

TEST(QcbTest, SymmetricAndBlindToScale) {
  const Plane<double> a = Noise(37, 24, 1), b = Noise(37, 24, 2), f = Noise(37, 24, 3);
  const double q = *Qcb(a, b, f);
  EXPECT_NEAR(*Qcb(b, a, f), q, 1e-14);
  EXPECT_NEAR(*Qcb(a, b, Map(f, [](double v) { return 2 * v + 10; })), q, 1e-14);
  EXPECT_GT(q, 0);
  EXPECT_LT(q, *Qcb(a, b, a));
}

TEST(QcbTest, UndefinedForConstantImages) {
  const Plane<double> a = Noise(9, 9, 1), flat = Constant(9, 9, 4);
  EXPECT_FALSE(Qcb(flat, a, a));
  EXPECT_FALSE(Qcb(a, flat, a));
  EXPECT_FALSE(Qcb(a, a, flat));
}

}  // namespace
}  // namespace auif::metrics
