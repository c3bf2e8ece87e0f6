#include "image/levels.h"

#include <gtest/gtest.h>

namespace auif {
namespace {

Plane<float> Ramp(int count) {
  Plane<float> map(count, 1);
  for (int x = 0; x < count; ++x) map.Row(0)[x] = static_cast<float>((x * 7) % count) - 5;
  return map;
}

TEST(LevelsTest, LeaveAShareOutAtEitherEnd) {
  const Levels all = LevelsOf(Ramp(1000));
  EXPECT_EQ(all.black, -5);
  EXPECT_EQ(all.white, 994);
  const Levels inner = LevelsOf(Ramp(1000), 0.01);
  EXPECT_EQ(inner.black, 5);
  EXPECT_EQ(inner.white, 984);
}

TEST(LevelsTest, StretchFillsTheRangeAndClamps) {
  const Plane<float> map = Ramp(4);  // -5, -2, -3, -4
  const Plane<float> stretched = Stretched(map, LevelsOf(map));
  EXPECT_FLOAT_EQ(stretched.Row(0)[0], 0);
  EXPECT_FLOAT_EQ(stretched.Row(0)[1], 1);
  EXPECT_FLOAT_EQ(stretched.Row(0)[3], 1 / 3.0f);
  const Plane<float> negative = Stretched(map, {-2, -5});
  EXPECT_FLOAT_EQ(negative.Row(0)[0], 1);
  EXPECT_FLOAT_EQ(negative.Row(0)[3], 2 / 3.0f);
  EXPECT_EQ(Stretched(map, {-3, -2}).Row(0)[0], 0) << "clamped";
  EXPECT_EQ(Stretched(map, {-4, -4}).Row(0)[1], 0) << "a flat map has no contrast";
}

}  // namespace
}  // namespace auif
