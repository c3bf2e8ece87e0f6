#include "metrics/vifp.h"

#include <gtest/gtest.h>

#include "metrics/filters.h"
#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

Plane<double> Blurred(const Plane<double>& image) {
  const std::vector<double> window = UniformKernel(3);
  return FilterSame(image, window, window, Border::kMirror);
}

TEST(VifpTest, OneForEqualImages) {
  const Plane<double> a = Noise(50, 60, 1);
  EXPECT_NEAR(*Vifp(a, a), 1, 1e-9);  // the guard 1e-10 in the gain
}

TEST(VifpTest, RisesWithContrastAndFallsWithBlur) {
  const Plane<double> a = Noise(50, 60, 1);
  EXPECT_GT(*Vifp(a, Map(a, [](double v) { return 1.5 * v; })), 1.01);
  EXPECT_LT(*Vifp(a, Map(a, [](double v) { return v / 2; })), 0.99);
  EXPECT_LT(*Vifp(a, Blurred(a)), 0.7);
  EXPECT_LT(*Vifp(a, Noise(50, 60, 2)), 0.1);
}

TEST(VifpTest, IgnoresBrightness) {
  const Plane<double> a = Noise(50, 60, 1), f = Blurred(a);
  EXPECT_NEAR(*Vifp(a, Map(f, [](double v) { return v + 30; })), *Vifp(a, f), 1e-9);  // rounding
}

TEST(VifpTest, UndefinedForAConstantSource) {
  const Plane<double> flat = Constant(50, 60, 80), f = Noise(50, 60, 1);
  EXPECT_FALSE(Vifp(flat, f));
  EXPECT_EQ(*Vifp(flat, f, {.constant_is_one = true}), 1);
  EXPECT_EQ(*Vifp(f, flat), 0);
}

TEST(VifpTest, Needs41Pixels) {
  EXPECT_FALSE(Vifp(Noise(40, 60, 1), Noise(40, 60, 2)));
  EXPECT_TRUE(Vifp(Noise(41, 41, 1), Noise(41, 41, 2)));
}

}  // namespace
}  // namespace auif::metrics
