// TSIFVS against a plain evaluation of its equations, and what they promise.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "auif/method.h"
#include "tests/random_model.h"

namespace auif {
namespace {

// Grey levels that 8 bits hold.
Plane<float> LevelImage(int width, int height, int seed) {
  Plane<float> image = RandomImage(width, height, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.Row(y)[x] = std::round(255 * image.Row(y)[x]) / 255;
    }
  }
  return image;
}

double Level(const Plane<float>& image, int y, int x) { return std::round(255 * image.Row(y)[x]); }

double WrappedMean(const Plane<float>& image, int y, int x, int radius) {
  double sum = 0;
  for (int dy = -radius; dy <= radius; ++dy) {
    for (int dx = -radius; dx <= radius; ++dx) {
      const int h = image.height(), w = image.width();
      sum += Level(image, ((y + dy) % h + h) % h, ((x + dx) % w + w) % w);
    }
  }
  return sum / ((2 * radius + 1) * (2 * radius + 1));
}

double ZeroMedian(const Plane<float>& image, int y, int x) {
  std::array<double, 9> window{};
  for (int i = 0; i < 9; ++i) {
    const int yy = y + i / 3 - 1, xx = x + i % 3 - 1;
    const bool inside = yy >= 0 && xx >= 0 && yy < image.height() && xx < image.width();
    window[i] = inside ? Level(image, yy, xx) : 0;
  }
  std::sort(window.begin(), window.end());
  return window[4];
}

TEST(TsifvsTest, AgreesWithAPlainEvaluation) {
  for (const auto& [width, height] : {std::pair{29, 21}, {9, 50}, {1, 1}, {1, 12}}) {
    const Plane<float> ir = LevelImage(width, height, 1), vis = LevelImage(width, height, 2);
    const Plane<float> fused = OpenMethod("tsifvs", {{"mean-radius", "5"}})->Fuse(ir, vis);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double b1 = WrappedMean(ir, y, x, 5), b2 = WrappedMean(vis, y, x, 5);
        const double s1 = std::pow(b1 - ZeroMedian(ir, y, x), 2),
                     s2 = std::pow(b2 - ZeroMedian(vis, y, x), 2);
        const double w = s1 + s2 > 0 ? s1 / (s1 + s2) : 0.5;
        const double f =
            w * (Level(ir, y, x) - b1) + (1 - w) * (Level(vis, y, x) - b2) + (b1 + b2) / 2;
        ASSERT_NEAR(fused.Row(y)[x], std::clamp(f / 255, 0.0, 1.0), 1e-6) << x << "," << y;
      }
    }
  }
}

TEST(TsifvsTest, EqualSourcesGiveThatSource) {
  const Plane<float> image = LevelImage(40, 30, 3);
  const Plane<float> fused = OpenMethod("tif")->Fuse(image, image);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) ASSERT_NEAR(fused.Row(y)[x], image.Row(y)[x], 1e-6);
  }
}

}  // namespace
}  // namespace auif
