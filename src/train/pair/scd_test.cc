#include "train/pair/scd.h"

#include <gtest/gtest.h>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

TEST(PairScdTest, TheSumOfTheSourcesHasAll) {
  Images<double> images = As<double>(TexturedImages({23, 18}, 1));
  for (int y = 0; y < 18; ++y) {
    for (int x = 0; x < 23; ++x) {
      images.fused.Row(y)[x] = images.a.Row(y)[x] + images.b.Row(y)[x] - 0.4;
    }
  }
  Scd<double> scd({23, 18});
  EXPECT_NEAR(ForwardOf(&scd, images), 2, 1e-5);  // 1e-8 beside variances of about 0.02
}

TEST(PairScdTest, ByHandForFourPixels) {
  // a = (1 0 0 0), b = 0, F = (0 1 0 0): r(a, F) = -1/16 / (3/16), and r(0, F - a) = 0.
  const auto one = [](int at) {
    return As<double>(Fill({4, 1}, [=](int, int x) { return x == at; }));
  };
  Scd<double> scd({4, 1});
  EXPECT_NEAR(ForwardOf(&scd, Images<double>{one(0), one(7), one(1)}), -1 / 3.0, 1e-7);
}

TEST(PairScdTest, Gradient) {
  const Images<double> images = As<double>(TexturedImages({23, 18}, 3));
  Scd<double> scd({23, 18});
  ExpectGradient(GradientOf(&scd, images), images.fused,
                 [&](const Plane<double>& fused) { return scd.Forward(fused); });
}

}  // namespace
}  // namespace auif::pair
