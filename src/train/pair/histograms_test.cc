#include "train/pair/histograms.h"

#include <gtest/gtest.h>

#include <numbers>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

Plane<double> Halves(double left, double right) {
  return As<double>(Fill({4, 3}, [=](int, int x) { return x < 2 ? left : right; }));
}

TEST(HistogramsTest, InformationByHand) {
  MutualInformation<double> mi({4, 3});
  const Plane<double> halves = Halves(0, 1), other = Halves(1, 0);
  const Plane<double> flat = Halves(0.3, 0.3);
  const Plane<double> crossed = As<double>(Fill({4, 3}, [](int, int x) { return x % 2; }));
  // One bit with either source, whichever half is the bright one; the guard is 1e-9.
  EXPECT_NEAR(ForwardOf(&mi, Images<double>{halves, other, halves}), 2 * std::numbers::ln2, 1e-7);
  EXPECT_NEAR(ForwardOf(&mi, Images<double>{halves, flat, halves}), std::numbers::ln2, 1e-7);
  EXPECT_NEAR(ForwardOf(&mi, Images<double>{halves, halves, crossed}), 0, 1e-7);
}

TEST(HistogramsTest, EntropyByHand) {
  Entropy<double> en({4, 3});
  EXPECT_NEAR(en.Forward(Halves(0.3, 0.3)), en.Forward(Halves(0.3, 0.3)), 0);
  EXPECT_NEAR(en.Forward(Halves(1, 1)), 0, 1e-7);
  EXPECT_NEAR(en.Forward(Halves(0, 1)), 1, 1e-7);
  EXPECT_NEAR(en.Forward(Halves(-3, 8)), 1, 1e-7);  // limited to [0, 1]
  // Between two nodes a pixel is half on each (of the values float has there).
  EXPECT_NEAR(en.Forward(Halves(0.5 / 63, 0.5 / 63)), 1, 1e-6);
}

// Away from the nodes, where the slope jumps.
bool Between(double value, int nodes) {
  const double at = value * (nodes - 1);
  return std::abs(at - std::round(at)) > 0.01;
}

TEST(HistogramsTest, Gradients) {
  const Size size{23, 18};
  const Images<double> images = As<double>(TexturedImages(size, 3));
  const auto between = [&](int nodes) {
    return [&, nodes](int y, int x) { return Between(images.fused.Row(y)[x], nodes); };
  };
  MutualInformation<double> mi(size);
  ExpectGradient(
      GradientOf(&mi, images), images.fused,
      [&](const Plane<double>& fused) { return mi.Forward(fused); },
      between(MutualInformation<double>::kNodes));
  Entropy<double> en(size);
  en.Forward(images.fused);
  Plane<double> gradient(size);
  en.Backward(1, gradient.View());
  ExpectGradient(
      gradient, images.fused, [&](const Plane<double>& fused) { return en.Forward(fused); },
      between(Entropy<double>::kNodes));
}

TEST(HistogramsTest, NoGradientBeyondTheRangeAndNoHarmByNaN) {
  Plane<double> image = Halves(-0.2, 1.3);
  image.Row(1)[1] = std::nan("");
  Entropy<double> en({4, 3});
  en.Forward(image);
  Plane<double> gradient(4, 3);
  en.Backward(1, gradient.View());
  EXPECT_EQ(Largest(gradient), 0);
}

}  // namespace
}  // namespace auif::pair
