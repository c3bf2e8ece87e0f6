#include "io/tensor.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace auif {
namespace {

template <typename UInt>
std::string Bytes(UInt value) {
  std::string bytes;
  AppendLittleEndian(value, &bytes);
  return bytes;
}

float Half(std::uint16_t bits) { return ReadNumber(NumberType::kF16, Bytes(bits).data()); }

TEST(Tensor, LittleEndian) {
  const std::string bytes = Bytes<std::uint32_t>(0x01f203f4);
  EXPECT_EQ(bytes, "\xf4\x03\xf2\x01");
  EXPECT_EQ(LoadLittleEndian<std::uint32_t>(bytes.data()), 0x01f203f4u);
  EXPECT_EQ(LoadLittleEndian<std::uint16_t>(bytes.data()), 0x03f4u);
  const std::uint64_t large = 0xfedcba9876543210u;
  EXPECT_EQ(LoadLittleEndian<std::uint64_t>(Bytes(large).data()), large);
}

TEST(Tensor, HalfPrecision) {
  EXPECT_EQ(Half(0x3c00), 1.0f);
  EXPECT_EQ(Half(0xc000), -2.0f);
  EXPECT_EQ(Half(0x3555), 0.333251953125f);
  EXPECT_EQ(Half(0x7bff), 65504.0f);               // the largest
  EXPECT_EQ(Half(0x0400), std::ldexp(1.0f, -14));  // the smallest normal number
  EXPECT_EQ(Half(0x0001), std::ldexp(1.0f, -24));  // the smallest of all
  EXPECT_EQ(Half(0x83ff), -std::ldexp(1023.0f, -24));
  EXPECT_EQ(Half(0x7c00), HUGE_VALF);
  EXPECT_EQ(Half(0xfc00), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(Half(0x7e00)));
  EXPECT_TRUE(std::signbit(Half(0x8000)));
}

TEST(Tensor, OtherNumbers) {
  EXPECT_EQ(ReadNumber(NumberType::kF32, Bytes(std::bit_cast<std::uint32_t>(0.1f)).data()), 0.1f);
  EXPECT_EQ(ReadNumber(NumberType::kF64, Bytes(std::bit_cast<std::uint64_t>(0.1)).data()), 0.1f);
  EXPECT_EQ(ReadNumber(NumberType::kBF16, Bytes<std::uint16_t>(0xc049).data()), -3.140625f);
  EXPECT_EQ(ReadNumber(NumberType::kI64, Bytes(~std::uint64_t{0}).data()), -1.0f);
  EXPECT_EQ(ReadNumber(NumberType::kI32, Bytes<std::uint32_t>(0xfffffffe).data()), -2.0f);
  EXPECT_EQ(ReadNumber(NumberType::kI16, Bytes<std::uint16_t>(0xfffd).data()), -3.0f);
  EXPECT_EQ(ReadNumber(NumberType::kI8, "\xfc"), -4.0f);
  EXPECT_EQ(ReadNumber(NumberType::kU8, "\xfc"), 252.0f);
  EXPECT_EQ(ReadNumber(NumberType::kBool, "\x02"), 1.0f);
}

TEST(Tensor, Texts) {
  EXPECT_EQ(ShapeText(std::vector<int>{64, 1, 3, 3}), "(64, 1, 3, 3)");
  EXPECT_EQ(ShapeText(std::vector<std::int64_t>{}), "()");
}

}  // namespace
}  // namespace auif
