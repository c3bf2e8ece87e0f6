#include "image/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace auif {
namespace {

TEST(Convert, IntegersComeBack) {
  for (int v = 0; v <= 65535; ++v) {
    if (v <= 255) {
      EXPECT_EQ(FromUnit<std::uint8_t>(ToUnit(static_cast<std::uint8_t>(v))), v);
    }
    EXPECT_EQ(FromUnit<std::uint16_t>(ToUnit(static_cast<std::uint16_t>(v))), v);
  }
}

TEST(Convert, RoundsTheExactProduct) {
  EXPECT_EQ(FromUnit<std::uint8_t>(0.664705873f), 169);  // 169.4999975; 169.5 in float
  EXPECT_EQ(FromUnit<std::uint8_t>(0.5f), 128);
  EXPECT_EQ(FromUnit<std::uint16_t>(0.5f), 32768);
}

TEST(Convert, ClampsAndTakesNanForBlack) {
  EXPECT_EQ(FromUnit<std::uint8_t>(-0.1f), 0);
  EXPECT_EQ(FromUnit<std::uint8_t>(1.5f), 255);
  EXPECT_EQ(FromUnit<std::uint8_t>(NAN), 0);
}

}  // namespace
}  // namespace auif
