#include "metrics/image_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

double Energy(const Plane<double>& image) {
  double sum = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) sum += image.Row(y)[x] * image.Row(y)[x];
  }
  return sum;
}

TEST(CosineTransformTest, ByHandForOneWave) {
  // cos(pi (2x + 1) 3 / 14) along 7 pixels, the same in 4 rows: the coefficient (0, 3) only.
  const Plane<double> wave =
      Fill(7, 4, [](int x, int) { return std::cos(std::numbers::pi * (2 * x + 1) * 3 / 14); });
  const Plane<double> result = CosineTransform(wave);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 7; ++x) {
      EXPECT_NEAR(result.Row(y)[x], y == 0 && x == 3 ? 2 * std::sqrt(3.5) : 0, 1e-14);
    }
  }
}

TEST(CosineTransformTest, KeepsTheEnergy) {
  for (const int width : {1, 8, 9}) {
    const Plane<double> image = Noise(width, 6, 1);
    EXPECT_NEAR(Energy(CosineTransform(image)) / Energy(image), 1, 1e-14);
  }
}

TEST(MeyerTransformTest, SortsWavesIntoBands) {
  const auto value = [](bool along_x, bool along_y) {
    const Plane<double> result = MeyerTransform(Fill(20, 16, [=](int x, int y) {
      return (along_x && x % 2 != 0 ? -1.0 : 1.0) * (along_y && y % 2 != 0 ? -1.0 : 1.0);
    }));
    EXPECT_EQ(result.width(), 2 * 40);
    EXPECT_EQ(result.height(), 2 * 38);
    std::array<double, 4> bands{};  // approximation, horizontal, vertical, diagonal
    for (int y = 0; y < result.height(); ++y) {
      for (int x = 0; x < result.width(); ++x) {
        bands[static_cast<std::size_t>(y / 38 * 2 + x / 40)] += std::abs(result.Row(y)[x]);
      }
    }
    return bands;
  };
  // Reflection breaks the rhythm of a wave at the image's edge, hence not all in one band.
  const auto flat = value(false, false), across = value(true, false), down = value(false, true);
  const auto both = value(true, true);
  EXPECT_NEAR(flat[0], 2.0 * 40 * 38, 1e-3);               // each filter sums to sqrt(2)
  EXPECT_LT(flat[1] + flat[2] + flat[3], 2e-3 * flat[0]);  // the high-pass sums to 1.1e-3, not 0
  EXPECT_GT(down[1], 2 * (down[0] + down[2] + down[3]));
  EXPECT_GT(across[2], 2 * (across[0] + across[1] + across[3]));
  EXPECT_GT(both[3], both[0] + both[1] + both[2]);
}

TEST(MeyerTransformTest, HighPassIsOneAtHalfACycle) {
  // Inside the image a wave of half a cycle per pixel passes with the gain sqrt(2) along each side.
  const Plane<double> result =
      MeyerTransform(Fill(200, 200, [](int x, int y) { return (x + y) % 2 == 0 ? 1.0 : -1.0; }));
  EXPECT_NEAR(std::abs(result.Row(130 + 65)[130 + 65]), 2, 1e-3);  // the filters are cut off
}

}  // namespace
}  // namespace auif::metrics
