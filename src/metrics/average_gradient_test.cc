#include "metrics/average_gradient.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

constexpr AverageGradientForm kForms[] = {AverageGradientForm::kForward,
                                          AverageGradientForm::kCentral,
                                          AverageGradientForm::kCentralInner};

TEST(AverageGradientTest, ByHand) {
  // gx = 10 and gy = 20 everywhere.
  const Plane<double> slope = Rows({{0, 10, 20}, {20, 30, 40}});
  const double strength = std::sqrt((100.0 + 400.0) / 2);
  EXPECT_DOUBLE_EQ(*AverageGradient(slope), strength);
  EXPECT_DOUBLE_EQ(*AverageGradient(slope, {.form = AverageGradientForm::kCentral}), strength);
  // Six pixels over (2 - 1)(3 - 1).
  EXPECT_DOUBLE_EQ(*AverageGradient(slope, {.form = AverageGradientForm::kCentralInner}),
                   3 * strength);
}

TEST(AverageGradientTest, CentralDifferencesMissAlternatingPixels) {
  const Plane<double> board = Fill(8, 8, [](int x, int y) { return (x + y) % 2 * 10.0; });
  EXPECT_DOUBLE_EQ(*AverageGradient(board), 10);
  // Only the border has one-sided differences: 24 sides of one kind, 4 corners of two.
  EXPECT_NEAR(*AverageGradient(board, {.form = AverageGradientForm::kCentral}),
              (24 * 10 / std::sqrt(2.0) + 4 * 10) / 64, 1e-12);
}

TEST(AverageGradientTest, ScalesWithContrastAndIgnoresBrightness) {
  const Plane<double> a = Noise(13, 7, 1);
  const Plane<double> b = Map(a, [](double v) { return v / 2 + 20; });
  for (const AverageGradientForm form : kForms) {
    EXPECT_DOUBLE_EQ(*AverageGradient(b, {.form = form}), *AverageGradient(a, {.form = form}) / 2);
  }
}

TEST(AverageGradientTest, UndefinedForASingleRow) {
  for (const AverageGradientForm form : kForms) {
    EXPECT_FALSE(AverageGradient(Constant(9, 1, 5), {.form = form}));
    EXPECT_EQ(*AverageGradient(Constant(9, 2, 5), {.form = form}), 0);
  }
}

}  // namespace
}  // namespace auif::metrics
