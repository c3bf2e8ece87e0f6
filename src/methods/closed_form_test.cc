#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "auif/method.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

// f(x, y) at every pixel.
template <typename F>
Plane<float> Fill(int width, int height, F f) {
  Plane<float> plane(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) plane.Row(y)[x] = static_cast<float>(f(x, y));
  }
  return plane;
}

TEST(ClosedFormTest, ByHandWithoutSharpeningOrStretch) {
  const Plane<float> ir = Fill(2, 1, [](int x, int) { return x == 0 ? 0.75 : 0.25; });
  const Plane<float> vis = Fill(2, 1, [](int x, int) { return x == 0 ? 0.25 : 0.5; });
  const Plane<float> fused =
      OpenMethod("closed-form", {{"amount", "0"}, {"stretch", "0"}, {"share", "0.4"}})
          ->Fuse(ir, vis);
  // The smaller ones are 0.25 both: as their mean.
  EXPECT_FLOAT_EQ(fused.Row(0)[0], 0.75f);
  EXPECT_FLOAT_EQ(fused.Row(0)[1], 0.5f);
  const Plane<float> darker = Fill(2, 1, [](int x, int) { return x == 0 ? 0.5 : 0; });
  const Plane<float> other =
      OpenMethod("closed-form", {{"amount", "0"}, {"stretch", "0"}, {"share", "0.4"}})
          ->Fuse(ir, darker);
  // Smaller: 0.5, 0; mean 0.25.
  EXPECT_FLOAT_EQ(other.Row(0)[0], 0.75f + 0.4f * 0.25f);
  EXPECT_FLOAT_EQ(other.Row(0)[1], 0.25f - 0.4f * 0.25f);
}

TEST(ClosedFormTest, StretchReachesThePercentiles) {
  // 1000 values in equal steps, so ranks 3 and 996 of 0 .. 999 are black and white.
  const Plane<float> image = Fill(50, 20, [](int x, int y) { return 0.2 + (50 * y + x) / 2000.0; });
  const Plane<float> zero(50, 20);
  const auto at = [&](const Plane<float>& fused, int i) { return fused.Row(i / 50)[i % 50]; };
  const Plane<float> whole =
      OpenMethod("closed-form", {{"amount", "0"}, {"stretch", "1"}})->Fuse(image, zero);
  EXPECT_EQ(at(whole, 0), 0);
  EXPECT_NEAR(at(whole, 3), 0, 1e-6);
  EXPECT_NEAR(at(whole, 4), 1 / 993.0, 1e-6);
  EXPECT_NEAR(at(whole, 996), 1, 1e-6);
  EXPECT_EQ(at(whole, 999), 1);
  const Plane<float> half = OpenMethod("closed-form", {{"amount", "0"}})->Fuse(image, zero);
  for (const int i : {10, 500, 990}) {
    EXPECT_NEAR(at(half, i), (at(image, i) + at(whole, i)) / 2, 1e-6) << i;
  }
}

TEST(ClosedFormTest, SharpeningAddsWhatAGaussianTakesAway) {
  const Plane<float> step = Fill(40, 9, [](int x, int) { return x < 20 ? 0.25 : 0.75; });
  const Plane<float> fused =
      OpenMethod("closed-form", {{"amount", "0.5"}, {"stretch", "0"}, {"sigma", "1"}})
          ->Fuse(step, step);
  // The darker source is the same: 0.3 (step - 0.5) more. Beside the step the Gaussian of sigma 1
  // takes away the part of it beyond: w1 + w2 + ... of a height of 0.65.
  double all = 1, beyond = 0;
  for (int k = 1; k <= 4; ++k) {
    all += 2 * std::exp(-k * k / 2.0);
    beyond += std::exp(-k * k / 2.0);
  }
  const double over = 0.5 * 0.65 * beyond / all;
  for (int y = 0; y < 9; ++y) {
    EXPECT_NEAR(fused.Row(y)[5], 0.25 - 0.3 * 0.25, 1e-6);
    EXPECT_NEAR(fused.Row(y)[19], 0.25 - 0.3 * 0.25 - over, 1e-6);
    EXPECT_NEAR(fused.Row(y)[20], 0.75 + 0.3 * 0.25 + over, 1e-6);
    EXPECT_NEAR(fused.Row(y)[34], 0.75 + 0.3 * 0.25, 1e-6);
  }
}

TEST(ClosedFormTest, SourcesMayChangePlaces) {
  const Plane<float> ir = RandomImage(67, 45, 3), vis = RandomImage(67, 45, 4);
  const auto method = OpenMethod("closed-form");
  const Plane<float> one = method->Fuse(ir, vis), other = method->Fuse(vis, ir);
  for (int y = 0; y < 45; ++y) {
    EXPECT_TRUE(std::equal(one.Row(y), one.Row(y) + 67, other.Row(y))) << y;
  }
}

TEST(ClosedFormTest, ConstantSourcesStayConstant) {
  const auto constant = [](double value) { return Fill(7, 5, [=](int, int) { return value; }); };
  const Plane<float> fused = OpenMethod("closed-form")->Fuse(constant(0.25), constant(0.5));
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) EXPECT_NEAR(fused.Row(y)[x], 0.5, 1e-6);
  }
}

TEST(ClosedFormTest, WrongOptionsAreUsageErrors) {
  const std::pair<std::string, std::string> bad[] = {
      {"share", "-0.1"}, {"amount", "11"}, {"sigma", "0"}, {"stretch", "1.5"}, {"radius", "2"}};
  for (const auto& setting : bad) {
    ExpectError(ErrorKind::kUsage, setting.first, [&] { OpenMethod("closed-form", {setting}); });
  }
}

}  // namespace
}  // namespace auif
