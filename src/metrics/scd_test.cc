#include "metrics/scd.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(ScdTest, ByHand) {
  const Plane<double> a = Rows({{0, 1, 2}}), b = Rows({{2, 0, 1}}), f = Rows({{1, 1, 4}});
  // F - B = -1 1 3 follows A exactly: 1. F - A = 1 0 2 deviates 0 -1 1 and B 1 -1 0: 1/2.
  EXPECT_DOUBLE_EQ(*Scd(a, b, f), 1.5);
}

TEST(ScdTest, TwoForTheSumOfTheSources) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2);
  const Plane<double> sum = Fill(13, 7, [&](int x, int y) { return a.Row(y)[x] + b.Row(y)[x]; });
  EXPECT_DOUBLE_EQ(*Scd(a, b, sum), 2);
}

TEST(ScdTest, SymmetricInTheSourcesAndIgnoresBrightness) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2), f = Noise(13, 7, 3);
  EXPECT_DOUBLE_EQ(*Scd(a, b, f), *Scd(b, a, f));
  EXPECT_NEAR(*Scd(a, b, Map(f, [](double v) { return v + 40; })), *Scd(a, b, f), 1e-12);
}

TEST(ScdTest, UndefinedWhereTheFusedImageIsASource) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2);
  EXPECT_FALSE(Scd(a, b, a));
  EXPECT_FALSE(Scd(a, b, b));
}

}  // namespace
}  // namespace auif::metrics
