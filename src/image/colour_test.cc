#include "image/colour.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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

// One pixel of these colours with another luma.
std::array<float, 3> Pixel(std::array<int, 3> rgb, float luma, const ColourRule& rule) {
  Plane<float> wanted(1, 1);
  wanted.Row(0)[0] = luma;
  const Image out =
      WithLuma(Uniform(rgb[0], rgb[1], rgb[2], {1, 1}), wanted, SampleType::kFloat, rule);
  return {out.View<float>(0).Row(0)[0], out.View<float>(1).Row(0)[0], out.View<float>(2).Row(0)[0]};
}

void ExpectPixel(const std::array<float, 3>& pixel, double red, double green, double blue) {
  EXPECT_NEAR(pixel[0], red, 1e-6);
  EXPECT_NEAR(pixel[1], green, 1e-6);
  EXPECT_NEAR(pixel[2], blue, 1e-6);
}

TEST(WithLuma, KeepsTheSaturation) {
  const ColourRule rule = {.chroma = ColourRule::kSaturation};
  // (0.4, 0.2, 0.6) has the luma 0.1196 + 0.1174 + 0.0684 = 0.3054.
  ExpectPixel(Pixel({102, 51, 153}, 0.1527F, rule), 0.2, 0.1, 0.3);
  ExpectPixel(Pixel({102, 51, 153}, 0.3054F, rule), 0.4, 0.2, 0.6);
  // Doubled, blue would be 1.2: all come nearer to 0.6108 by 0.3892 / 0.5892.
  const double share = (1 - 0.6108) / (1.2 - 0.6108);
  ExpectPixel(Pixel({102, 51, 153}, 0.6108F, rule), 0.6108 + (0.8 - 0.6108) * share,
              0.6108 + (0.4 - 0.6108) * share, 1);
  ExpectPixel(Pixel({102, 51, 153}, 1, rule), 1, 1, 1);
  ExpectPixel(Pixel({102, 51, 153}, 0, rule), 0, 0, 0);
  ExpectPixel(Pixel({102, 51, 153}, 1.5F, rule), 1, 1, 1);
  ExpectPixel(Pixel({102, 51, 153}, -1, rule), 0, 0, 0);
  ExpectPixel(Pixel({0, 0, 0}, 0.3F, rule), 0.3, 0.3, 0.3);
  ExpectPixel(Pixel({153, 153, 153}, 0.3F, rule), 0.3, 0.3, 0.3);
}

TEST(WithLuma, Bt709) {
  const ColourRule rule = {.luma = ColourRule::kBt709};
  // The luma of (0.4, 0.2, 0.6) is 0.08504 + 0.14304 + 0.04332 = 0.2714.
  ExpectPixel(Pixel({102, 51, 153}, 0.3714F, rule), 0.5, 0.3, 0.7);
  const ColourRule both = {.luma = ColourRule::kBt709, .chroma = ColourRule::kSaturation};
  ExpectPixel(Pixel({102, 51, 153}, 0.1357F, both), 0.2, 0.1, 0.3);
  float level = 0;
  const Image colours = Uniform(102, 51, 153, {1, 1});
  LumaRow(colours, 0, ColourRule::kBt709, &level);
  EXPECT_NEAR(level, 0.2714, 1e-6);
  LumaRow(colours, 0, ColourRule::kBt601, &level);
  EXPECT_EQ(level, colours.Grey().Row(0)[0]);
  // Hue and saturation stay where a channel would leave the range: red over green over blue.
  const std::array<float, 3> bright =
      Pixel({250, 120, 20}, 0.8F, {.chroma = ColourRule::kSaturation});
  EXPECT_NEAR((bright[1] - bright[2]) / (bright[0] - bright[2]), 100.0 / 230, 1e-5);
}

}  // namespace
}  // namespace auif
