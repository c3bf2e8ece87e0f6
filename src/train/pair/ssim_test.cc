#include "train/pair/ssim.h"

#include <gtest/gtest.h>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

TEST(PairSsimTest, ByHand) {
  const Plane<double> image = As<double>(Textured({19, 13}, 1));
  Ssim<double> ssim(image.size());
  EXPECT_NEAR(ForwardOf(&ssim, Images<double>{image, image, image}), 2, 1e-10);

  // Constant images differ in brightness alone.
  const auto flat = [](double level) {
    return As<double>(Fill({19, 13}, [=](int, int) { return level; }));
  };
  const auto likeness = [](double a, double b) { return 2 * a * b / (a * a + b * b); };
  EXPECT_NEAR(ForwardOf(&ssim, Images<double>{flat(0.25), flat(1), flat(0.5)}),
              likeness(0.25, 0.5) + likeness(1, 0.5), 1e-7);  // C1 apart
}

TEST(PairSsimTest, ByHandForOneWindow) {
  // 24 pixels of 0 and 25 of 1 against their double: variances v and 4 v, covariance 2 v.
  const Plane<double> a =
      As<double>(Fill({7, 7}, [](int y, int x) { return (7 * y + x) % 2 == 0 ? 1 : 0; }));
  Plane<double> f(7, 7);
  for (int y = 0; y < 7; ++y) {
    for (int x = 0; x < 7; ++x) f.Row(y)[x] = 2 * a.Row(y)[x];
  }
  const double m = 25 / 49.0, v = 49 / 48.0 * (m - m * m);
  const double c1 = 4e-4 / 65025, c2 = 0.5 / 65025;
  Ssim<double> ssim({7, 7});
  EXPECT_NEAR(ForwardOf(&ssim, Images<double>{a, a, f}),
              2 * (4 * m * m + c1) * (4 * v + c2) / ((5 * m * m + c1) * (5 * v + c2)), 1e-12);
}

TEST(PairSsimTest, Gradient) {
  for (const Size size : {Size{7, 9}, Size{33, 21}}) {
    const Images<double> images = As<double>(TexturedImages(size, 3));
    Ssim<double> ssim(size);
    ExpectGradient(GradientOf(&ssim, images), images.fused,
                   [&](const Plane<double>& fused) { return ssim.Forward(fused); });
  }
}

}  // namespace
}  // namespace auif::pair
