#include "image/colour.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/expect_error.h"

namespace auif {
namespace {

Image Uniform(int red, int green, int blue, Size size = {3, 2}) {
  Image image(ImageSpec{size, 3, SampleType::kUint8, {0, 255}, "vis.png"});
  const int values[] = {red, green, blue};
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < size.height; ++y) {
      std::fill_n(image.View<std::uint8_t>(c).Row(y), size.width,
                  static_cast<std::uint8_t>(values[c]));
    }
  }
  return image;
}

TEST(WithLuma, AddsTheChangeToEachChannel) {
  const Image colours = Uniform(120, 90, 60);
  Plane<float> luma = colours.Grey();
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) luma.Row(y)[x] += 20 / 255.0f;
  }
  const Image eight = WithLuma(colours, luma, SampleType::kUint8);
  const Image sixteen = WithLuma(colours, luma, SampleType::kUint16);
  const int expected[] = {140, 110, 80};
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(eight.View<std::uint8_t>(c).Row(1)[2], expected[c]);
    EXPECT_EQ(sixteen.View<std::uint16_t>(c).Row(1)[2], 257 * expected[c]);
  }
}

TEST(WithLuma, TheOwnLumaChangesNothing) {
  const Image colours = Uniform(250, 3, 77);
  const Image out = WithLuma(colours, colours.Grey(), SampleType::kUint8);
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(out.View<std::uint8_t>(c).Row(0)[0], colours.View<std::uint8_t>(c).Row(0)[0]);
  }
}

TEST(WithLuma, ClampsAndRefusesOtherSizes) {
  const Image colours = Uniform(250, 3, 77);
  Plane<float> white(3, 2);
  for (int y = 0; y < 2; ++y) std::fill_n(white.Row(y), 3, 1.0f);
  EXPECT_EQ(WithLuma(colours, white, SampleType::kUint8).View<std::uint8_t>(0).Row(0)[0], 255);
  ExpectError(ErrorKind::kInput, "sizes differ",
              [&] { WithLuma(colours, Plane<float>(2, 2), SampleType::kUint8); });
  EXPECT_EQ(WithLuma(colours, white, SampleType::kFloat).View<float>(0).Row(0)[0], 1.0F);
}

}  // namespace
}  // namespace auif
