#include "train/pair/vifp.h"

#include <gtest/gtest.h>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

TEST(VifpTest, EqualImagesKeepEverything) {
  const Plane<double> image = As<double>(Textured({61, 47}, 1));
  Vifp<double> vifp(image.size());
  // Short of 2 by the guards t and 1e-8.
  EXPECT_NEAR(ForwardOf(&vifp, Images<double>{image, image, image}), 2, 1e-9);
}

TEST(VifpTest, ConstantImagesKeepNothing) {
  const Images<double> images = As<double>(TexturedImages({61, 47}, 1));
  Plane<double> flat(61, 47);
  Vifp<double> vifp(flat.size());
  EXPECT_NEAR(ForwardOf(&vifp, Images<double>{images.a, images.b, flat}), 0, 1e-12);
  EXPECT_NEAR(ForwardOf(&vifp, Images<double>{flat, flat, images.fused}), 0, 1e-12);
}

TEST(VifpTest, BrightnessDoesNotCountAndContrastDoes) {
  const Images<double> images = As<double>(TexturedImages({61, 47}, 1));
  const auto changed = [&](double gain, double offset) {
    Images<double> out = images;
    for (int y = 0; y < 47; ++y) {
      for (int x = 0; x < 61; ++x) out.fused.Row(y)[x] = gain * images.fused.Row(y)[x] + offset;
    }
    return out;
  };
  Vifp<double> vifp({61, 47});
  const double value = ForwardOf(&vifp, images);
  EXPECT_NEAR(ForwardOf(&vifp, changed(1, 0.1)), value, 1e-9);
  EXPECT_GT(ForwardOf(&vifp, changed(1.3, 0)), value + 1e-3);
  EXPECT_LT(ForwardOf(&vifp, changed(0.7, 0)), value - 1e-3);
}

// One window of one value: where all images are a slope, and two scales see the same of it, the
// sums are by hand. Of a slope d a column, a Gaussian of 17 samples sees the variance
// d^2 sum w i^2; so do the smaller ones, on every second sample.
TEST(VifpTest, ByHandForSlopes) {
  constexpr double kEye = 2.0 / (255 * 255), kSlope = 0.01, kGain = 0.5;
  const auto slope = [](double step) {
    Plane<double> image(41, 41);
    for (int y = 0; y < 41; ++y) {
      for (int x = 0; x < 41; ++x) image.Row(y)[x] = step * x;
    }
    return image;
  };
  double kept = 0, there = 0, step = kSlope;
  int windows[] = {25 * 25, 9 * 9, 3 * 3, 1}, scale = 0;
  for (const int size : {17, 9, 5, 3}) {
    double sum = 0, moment = 0;
    for (int i = -(size / 2); i <= size / 2; ++i) {
      const double w = std::exp(-i * i / (2 * size / 5.0 * size / 5.0));
      sum += w;
      moment += w * i * i;
    }
    const double variance = step * step * moment / sum;
    // F is half the source, without noise (t apart).
    kept += windows[scale] * std::log(1 + kGain * kGain * variance / kEye);
    there += windows[scale] * std::log(1 + variance / kEye);
    step *= 2;
    ++scale;
  }
  Vifp<double> vifp({41, 41});
  EXPECT_NEAR(
      ForwardOf(&vifp, Images<double>{slope(kSlope), slope(-kSlope), slope(kGain * kSlope)}),
      kept / there, 1e-8);  // nothing of the falling slope
}

TEST(VifpTest, Gradient) {
  for (const Size size : {Size{41, 46}, Size{63, 52}}) {
    const Images<double> images = As<double>(TexturedImages(size, 3));
    Vifp<double> vifp(size);
    ExpectGradient(GradientOf(&vifp, images), images.fused,
                   [&](const Plane<double>& fused) { return vifp.Forward(fused); });
  }
}

}  // namespace
}  // namespace auif::pair
