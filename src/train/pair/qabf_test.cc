#include "train/pair/qabf.h"

#include <gtest/gtest.h>

#include <array>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

double Strength(double g) { return 0.9994 / (1 + std::exp(-15 * (g - 0.5))); }
double Orientation(double a) { return 0.9879 / (1 + std::exp(-22 * (a - 0.8))); }

Plane<double> Scaled(const Plane<double>& image, double factor) {
  Plane<double> out = image;
  for (int y = 0; y < out.height(); ++y) {
    for (int x = 0; x < out.width(); ++x) out.Row(y)[x] *= factor;
  }
  return out;
}

TEST(PairQabfTest, ByHandForEqualEdgesOfOtherStrength) {
  const Plane<double> image = As<double>(Textured({23, 18}, 1));
  Qabf<double> qabf(image.size());
  EXPECT_NEAR(ForwardOf(&qabf, Images<double>{image, image, image}), Strength(1) * Orientation(1),
              1e-9);
  Qabf<double> plain(image.size(), 0);
  EXPECT_NEAR(ForwardOf(&plain, Images<double>{image, image, Scaled(image, 0.5)}),
              Strength(0.5) * Orientation(1), 1e-9);
  EXPECT_NEAR(ForwardOf(&plain, Images<double>{image, Scaled(image, 3), Scaled(image, 2)}),
              (Strength(0.5) + 3 * Strength(2 / 3.0)) / 4 * Orientation(1), 1e-9);
}

TEST(PairQabfTest, CrossingEdgesAreNotKept) {
  const auto image = [](auto value) { return As<double>(Fill({15, 15}, value)); };
  const Plane<double> across = image([](int, int x) { return x < 7 ? 0 : 0.5; });
  const Plane<double> down = image([](int y, int) { return y < 7 ? 0.5 : 0; });
  const Plane<double> nothing(15, 15);
  Qabf<double> qabf({15, 15});
  EXPECT_GT(ForwardOf(&qabf, Images<double>{across, nothing, across}), 0.9);
  // But where they meet the zeros around the image.
  EXPECT_LT(ForwardOf(&qabf, Images<double>{across, nothing, down}), 0.4);
}

// Sobel's sx and sy at a pixel.
std::array<double, 2> EdgeAt(const Plane<double>& image, int y, int x) {
  const auto at = [&](int dy, int dx) {
    const int row = y + dy, column = x + dx;
    const bool inside = row >= 0 && row < image.height() && column >= 0 && column < image.width();
    return inside ? image.Row(row)[column] : 0;
  };
  return {at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1),
          at(-1, -1) + 2 * at(-1, 0) + at(-1, 1) - at(1, -1) - 2 * at(1, 0) - at(1, 1)};
}

// Whether a small change of the fused image leaves all edges around a pixel away from where the
// strength or the angle passes a source's, and from vertical angles.
bool IsSmooth(const Images<double>& images, int y, int x) {
  constexpr double kNear = 1e-3;
  for (int row = std::max(y - 1, 0); row <= std::min(y + 1, images.a.height() - 1); ++row) {
    for (int column = std::max(x - 1, 0); column <= std::min(x + 1, images.a.width() - 1);
         ++column) {
      const auto [fx, fy] = EdgeAt(images.fused, row, column);
      if (std::abs(fx) < kNear) return false;
      for (const Plane<double>* source : {&images.a, &images.b}) {
        const auto [sx, sy] = EdgeAt(*source, row, column);
        if (std::abs(std::hypot(sx, sy) - std::hypot(fx, fy)) < kNear) return false;
        if (std::abs(std::atan(sy / sx) - std::atan(fy / fx)) < kNear) return false;
      }
    }
  }
  return true;
}

// Without the floor: that of the angle is in its gradient alone (see the PyTorch test for both).
TEST(PairQabfTest, Gradient) {
  for (const Size size : {Size{31, 22}, Size{17, 35}}) {
    const Images<double> images = As<double>(TexturedImages(size, 3));
    Qabf<double> qabf(size, 0);
    ExpectGradient(
        GradientOf(&qabf, images), images.fused,
        [&](const Plane<double>& fused) { return qabf.Forward(fused); },
        [&](int y, int x) { return IsSmooth(images, y, x); });
  }
}

TEST(PairQabfTest, FlatImagesHaveAFiniteGradient) {
  const Images<double> images = As<double>(TexturedImages({31, 22}, 3));
  const Plane<double> flat(31, 22);
  Qabf<double> qabf({31, 22});
  for (const Images<double>& some :
       {Images<double>{images.a, images.b, flat}, Images<double>{flat, flat, images.fused},
        Images<double>{flat, flat, flat}, Images<double>{images.a, flat, images.a}}) {
    EXPECT_TRUE(std::isfinite(ForwardOf(&qabf, some)));
    const Plane<double> gradient = GradientOf(&qabf, some);
    double sum = 0;
    for (int y = 0; y < 22; ++y) {
      for (int x = 0; x < 31; ++x) sum += gradient.Row(y)[x];
    }
    EXPECT_TRUE(std::isfinite(sum));
  }
}

}  // namespace
}  // namespace auif::pair
