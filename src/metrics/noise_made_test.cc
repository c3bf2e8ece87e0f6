#include "metrics/noise_made.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

// 100 everywhere but at one pixel of the one block that 10 x 10 pixels have.
Plane<double> Spike(double height, int x = 4, int y = 5) {
  Plane<double> image = Constant(10, 10, 100);
  image.Row(y)[x] += height;
  return image;
}

// A texture that L sees alike in all blocks.
Plane<double> Checkerboard(int width, int height, double scale) {
  return Fill(width, height, [=](int x, int y) { return 100 + ((x + y) % 2 ? scale : -scale); });
}

TEST(NoiseMadeTest, ByHand) {
  // A spike of h adds h^2 * (16 + 4 * 4 + 4 * 1) / (36 * 64) = h^2 / 64 inside of a block.
  const Plane<double> flat = Constant(10, 10, 100);
  EXPECT_DOUBLE_EQ(*NoiseMade(Spike(16), flat, Spike(8)), 0.5);
  EXPECT_DOUBLE_EQ(*NoiseMade(flat, Spike(16), Spike(8)), 0.5);
  EXPECT_DOUBLE_EQ(*NoiseMade(Spike(16), Spike(4), Spike(24)), 1.5);
  EXPECT_DOUBLE_EQ(*NoiseMade(flat, flat, Spike(16)), std::sqrt(4 * 12.0));
  // On the rim that only the mask reaches: its corner, once.
  EXPECT_DOUBLE_EQ(*NoiseMade(Spike(16), flat, Spike(16, 0, 0)), std::sqrt(1 / 36.0));
}

TEST(NoiseMadeTest, CopiesOfTheNoisierSourceAreOne) {
  const Plane<double> a = Map(Noise(80, 60, 1), [](double v) { return 100 + v / 8; });
  const Plane<double> b = Map(Noise(80, 60, 2), [](double v) { return 100 + v / 4; });
  EXPECT_EQ(*NoiseMade(a, b, b), 1);
  EXPECT_EQ(*NoiseMade(b, a, b), 1);
  EXPECT_LT(*NoiseMade(a, b, a), 0.7);
  EXPECT_NEAR(*NoiseMade(a, b, Map(b, [](double v) { return 2 * v - 90; })), 2, 1e-12);
}

TEST(NoiseMadeTest, SlopesAndStraightEdgesAreNoNoise) {
  const Plane<double> flat = Constant(26, 18, 100);
  const Plane<double> slope =
      Fill(26, 18, [](int x, int y) { return 20.0 + 3 * x + 2 * y + (x < 12 ? 0 : 90); });
  EXPECT_EQ(*NoiseMade(slope, flat, slope), 0);
}

TEST(NoiseMadeTest, FlatBlocksAreTheQuietestTenth) {
  // 11 blocks in a row, of which two are flat: the fourth and the eighth.
  const auto by_block = [](double quiet, double loud) {
    return Fill(90, 10, [=](int x, int y) {
      const int block = (x - 1) / 8;
      const double scale = block == 3 || block == 7 ? quiet : loud;
      return 100 + ((x + y) % 2 ? scale : -scale);
    });
  };
  const Plane<double> a = by_block(0, 20), f = by_block(0, 40);
  // The two blocks' first and last columns see their neighbours' texture, in the same shares in all
  // three images.
  EXPECT_NEAR(*NoiseMade(a, a, f), 2, 1e-12);
  // What F does elsewhere does not count, as long as it is no neighbour.
  Plane<double> other = f;
  for (int y = 0; y < 10; ++y) {
    for (int x = 43; x < 47; ++x) other.Row(y)[x] = 100;
  }
  EXPECT_EQ(*NoiseMade(a, a, other), *NoiseMade(a, a, f));
}

TEST(NoiseMadeTest, ClippedBlocksDoNotCount) {
  // Two blocks; where one image is clipped in the first, the second is the flat one.
  const Plane<double> quiet = Checkerboard(18, 10, 2), loud = Checkerboard(18, 10, 6);
  const auto with = [](Plane<double> image, double value) {
    image.Row(4)[3] = value;
    return image;
  };
  EXPECT_DOUBLE_EQ(*NoiseMade(quiet, quiet, loud), 3);
  for (const double value : {0.0, 2.0, 253.0, 255.0}) {
    EXPECT_DOUBLE_EQ(*NoiseMade(with(quiet, value), quiet, loud), 3) << value;
    EXPECT_DOUBLE_EQ(*NoiseMade(quiet, with(quiet, value), loud), 3) << value;
    EXPECT_DOUBLE_EQ(*NoiseMade(quiet, quiet, with(loud, value)), 3) << value;
  }
  // Of two that are equally flat the first counts.
  EXPECT_GT(*NoiseMade(quiet, quiet, with(loud, 3)), 3);
  EXPECT_GT(*NoiseMade(quiet, quiet, with(loud, 252)), 3);
}

TEST(NoiseMadeTest, UndefinedWithoutBlocks) {
  EXPECT_FALSE(NoiseMade({}, {}, {}));
  const Plane<double> small = Constant(9, 40, 100);
  EXPECT_FALSE(NoiseMade(small, small, small));
  const Plane<double> grey = Constant(30, 30, 100), black = Constant(30, 30, 0);
  EXPECT_FALSE(NoiseMade(black, grey, grey));
  EXPECT_FALSE(NoiseMade(grey, grey, black));
  EXPECT_EQ(*NoiseMade(grey, grey, grey), 0);
}

}  // namespace
}  // namespace auif::metrics
