#include "metrics/heat_kept.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

// Chebyshev distance to the pixel (20, 20).
int Distance(int x, int y) { return std::max(std::abs(x - 20), std::abs(y - 20)); }

// 60 x 50 pixels: 30 are a percent. A target of 6 x 5 pixels at 200 on 50.
Plane<double> Target(double hot, double cold) {
  return Fill(60, 50, [=](int x, int y) { return x / 6 == 4 && y / 5 == 4 ? hot : cold; });
}

TEST(HeatKeptTest, ByHand) {
  const Plane<double> a = Target(200, 50);
  EXPECT_DOUBLE_EQ(*HeatKept(a, a), 1);
  EXPECT_DOUBLE_EQ(*HeatKept(a, Target(130, 100)), 0.2);
  EXPECT_DOUBLE_EQ(*HeatKept(a, Target(250, 10)), 1.6);
  EXPECT_DOUBLE_EQ(*HeatKept(a, Target(40, 100)), -0.4);
  EXPECT_DOUBLE_EQ(*HeatKept(a, Constant(60, 50, 7)), 0);
}

TEST(HeatKeptTest, SurroundingsAreARing) {
  // A target of 5 x 5 pixels: distances 0 to 2 from its middle.
  const Plane<double> a = Fill(41, 41, [](int x, int y) { return Distance(x, y) <= 2 ? 90 : 10; });
  const Plane<double> f = Fill(41, 41, [](int x, int y) {
    const int d = Distance(x, y);
    return d <= 2 ? 100 : d <= 6 ? 77 : d <= 16 ? 40 : d <= 18 ? 50 : 250;
  });
  // 3 .. 6 are the guard, 7 .. 18 the surroundings: 33^2 - 13^2 = 920 pixels of 40 and
  // 37^2 - 33^2 = 280 of 50.
  const double around = (920 * 40.0 + 280 * 50) / 1200;
  EXPECT_DOUBLE_EQ(*HeatKept(a, f), (100 - around) / 80);
}

TEST(HeatKeptTest, TiesBelongToTheTarget) {
  // A tenth of the image is as hot as its hottest pixel; the 99th percentile is among them.
  const Plane<double> a = Fill(100, 20, [](int x, int) { return x < 10 ? 80 : 30; });
  const Plane<double> f = Fill(100, 20, [](int x, int) { return x < 5 ? 60 : x < 10 ? 40 : 10; });
  EXPECT_DOUBLE_EQ(*HeatKept(a, f), 40.0 / 50);
}

TEST(HeatKeptTest, LevelsAreRounded) {
  const Plane<double> a = Target(200, 50);
  Plane<double> wavering = a;
  for (int x = 24; x < 30; ++x) wavering.Row(21)[x] = 199.6;
  EXPECT_NEAR(*HeatKept(wavering, wavering), 1, 1e-15);
  EXPECT_NEAR(*HeatKept(wavering, a), 150 / (150 - 6 * 0.4 / 30), 1e-13);
}

TEST(HeatKeptTest, UndefinedWithoutSurroundingsOrContrast) {
  EXPECT_FALSE(HeatKept(Constant(60, 50, 80), Target(200, 50)));
  EXPECT_FALSE(HeatKept(Constant(1, 1, 80), Constant(1, 1, 80)));
  // All of a small image is near its hottest pixels.
  const Plane<double> small = Fill(5, 5, [](int x, int) { return 10 * x; });
  EXPECT_FALSE(HeatKept(small, small));
  EXPECT_FALSE(HeatKept({}, {}));
  EXPECT_FALSE(HeatKept(Target(50.9, 50.4), Target(200, 50)));
  EXPECT_TRUE(HeatKept(Target(51, 50), Target(200, 50)));
}

}  // namespace
}  // namespace auif::metrics
