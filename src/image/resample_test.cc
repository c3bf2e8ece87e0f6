#include "image/resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/expect_error.h"

namespace auif {
namespace {

Image Ramp(int width, int height) {
  Plane<float> plane(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) plane.Row(y)[x] = 0.3F * (x + 0.5F) / width + 0.5F * y / height;
  }
  return Image(std::move(plane));
}

TEST(Resampled, ItsOwnSizeGivesItBack) {
  Plane<std::uint16_t> plane(7, 5);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) plane.Row(y)[x] = static_cast<std::uint16_t>(9000 * x + 13 * y);
  }
  const Image image(plane);
  const Image same = Resampled(image, image.size());
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) {
      EXPECT_EQ(same.View<std::uint16_t>().Row(y)[x], plane.Row(y)[x]);
    }
  }
}

// Away from the borders, where pixels are repeated, a cubic gives a linear ramp back: exactly where
// it is not widened; else the old pixels' samples of it are not quite symmetric.
TEST(Resampled, ARampStaysARamp) {
  const Image image = Ramp(40, 30);
  for (const Size size : {Size{80, 60}, {61, 47}, {20, 15}, {13, 9}}) {
    const Image scaled = Resampled(image, size);
    ASSERT_EQ(scaled.size(), size);
    const double fx = 40.0 / size.width, fy = 30.0 / size.height;
    const int margin_x = static_cast<int>(std::ceil(2 * std::max(1.0, fx) / fx)) + 1,
              margin_y = static_cast<int>(std::ceil(2 * std::max(1.0, fy) / fy)) + 1;
    for (int y = margin_y; y < size.height - margin_y; ++y) {
      for (int x = margin_x; x < size.width - margin_x; ++x) {
        const double wanted = 0.3 * (x + 0.5) / size.width + 0.5 * ((y + 0.5) * fy - 0.5) / 30;
        EXPECT_NEAR(scaled.View<float>().Row(y)[x], wanted, size.width < 40 ? 1e-4 : 1e-6)
            << x << " " << y << " " << size.width;
      }
    }
  }
}

// A wave finer than the new pixels leaves its mean, not a coarse one that was not there.
TEST(Resampled, ShrinkingDoesNotAlias) {
  Plane<float> plane(240, 240);
  for (int y = 0; y < 240; ++y) {
    for (int x = 0; x < 240; ++x) {
      plane.Row(y)[x] = 0.5F + 0.5F * std::sin(2 * std::numbers::pi_v<float> * x / 3.3F);
    }
  }
  const Image scaled = Resampled(Image(plane), {40, 40});
  for (int y = 3; y < 37; ++y) {
    for (int x = 3; x < 37; ++x) EXPECT_NEAR(scaled.View<float>().Row(y)[x], 0.5F, 0.01F);
  }
}

TEST(Resampled, KeepsChannelsTypeAndRange) {
  Image image(ImageSpec{{4, 4}, 3, SampleType::kUint16, {0, 4095}, "a"});
  for (int y = 0; y < 4; ++y) std::fill_n(image.View<std::uint16_t>(2).Row(y), 4, 4095);
  const Image scaled = Resampled(image, {9, 3});
  EXPECT_EQ(scaled.channels(), 3);
  EXPECT_EQ(scaled.range(), (Range{0, 4095}));
  EXPECT_EQ(scaled.source(), "a");
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 9; ++x) {
      EXPECT_EQ(scaled.View<std::uint16_t>(2).Row(y)[x], 4095);
      EXPECT_EQ(scaled.View<std::uint16_t>(0).Row(y)[x], 0);
    }
  }
  ExpectError(ErrorKind::kUsage, "cannot be scaled", [&] { Resampled(image, {0, 3}); });
}

}  // namespace
}  // namespace auif
