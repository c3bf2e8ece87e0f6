#include "train/pair/contrast.h"

#include <gtest/gtest.h>

#include "train/pair/test_util.h"

namespace auif::pair {
namespace {

TEST(ContrastTest, ByHand) {
  const Plane<double> image =
      As<double>(Fill({2, 2}, [](int y, int x) { return y == 0 && x == 1; }));
  Deviation<double> deviation({2, 2});
  EXPECT_DOUBLE_EQ(deviation.Forward(image), std::sqrt(3 / 16.0 + 1e-8));
  // Of two differences in each direction one is 1.
  SpatialFrequency<double> frequency({2, 2});
  EXPECT_DOUBLE_EQ(frequency.Forward(image), std::sqrt(0.5 + 0.5 + 1e-8));
}

TEST(ContrastTest, ConstantImages) {
  const Plane<double> flat = As<double>(Fill({5, 4}, [](int, int) { return 0.7; }));
  Deviation<double> deviation({5, 4});
  SpatialFrequency<double> frequency({5, 4});
  EXPECT_NEAR(deviation.Forward(flat), 1e-4, 1e-9);
  EXPECT_NEAR(frequency.Forward(flat), 1e-4, 1e-12);
  Plane<double> gradient(5, 4);
  deviation.Backward(1, gradient.View());
  frequency.Backward(1, gradient.View());
  EXPECT_LT(Largest(gradient), 1e-12);
}

template <typename Loss>
void ExpectGradientOf() {
  for (const Size size : {Size{2, 3}, Size{23, 18}}) {
    const Plane<double> image = As<double>(Textured(size, 3));
    Loss loss(size);
    loss.Forward(image);
    Plane<double> gradient(size);
    loss.Backward(1, gradient.View());
    ExpectGradient(gradient, image,
                   [&](const Plane<double>& fused) { return loss.Forward(fused); });
  }
}

TEST(ContrastTest, Gradients) {
  ExpectGradientOf<Deviation<double>>();
  ExpectGradientOf<SpatialFrequency<double>>();
}

}  // namespace
}  // namespace auif::pair
