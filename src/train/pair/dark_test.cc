#include "train/pair/dark.h"

#include <gtest/gtest.h>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

TEST(DarkTest, ByHand) {
  // Bright enough, dark where a source is not, dark where both are, brighter than both.
  const auto row = [](std::initializer_list<double> values) {
    return As<double>(Fill({4, 1}, [&](int, int x) { return values.begin()[x]; }));
  };
  const Plane<double> larger = row({0.5, 0.25, 0.015625, 0}), fused = row({0.5, 0.0078125, 0, 1});
  Dark<double> dark({4, 1});
  dark.SetLarger(larger);
  EXPECT_NEAR(dark.Forward(fused), (0.03 - 0.0078125) / 4, 1e-16);
  Plane<double> gradient(4, 1);
  dark.Backward(2, gradient.View());
  for (int x = 0; x < 4; ++x) EXPECT_EQ(gradient.Row(0)[x], x == 1 ? -0.5 : 0) << x;
}

}  // namespace
}  // namespace auif::pair
