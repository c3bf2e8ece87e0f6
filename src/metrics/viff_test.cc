#include "metrics/viff.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(ViffTest, OneForEqualImages) {
  const Plane<double> a = Noise(50, 60, 1), flat = Constant(50, 60, 80);
  EXPECT_NEAR(*Viff(a, a, a), 1, 1e-9);  // the guard 1e-10 in the gain
  EXPECT_DOUBLE_EQ(*Viff(flat, flat, flat), 1);
}

TEST(ViffTest, CountsTheSourceWithTheSmallerGain) {
  const Plane<double> a = Noise(50, 60, 1);
  const Plane<double> strong = Map(a, [](double v) { return 2 * v; });
  // Against A the gain is 1, against 2A it is 1/2, which counts: what is there is then in 2A.
  EXPECT_DOUBLE_EQ(*Viff(a, strong, a), *Viff(strong, strong, a));
  EXPECT_DOUBLE_EQ(*Viff(strong, a, a), *Viff(strong, strong, a));
  EXPECT_LT(*Viff(a, strong, a), 0.95);
}

TEST(ViffTest, ZeroWhereOneSourceIsNotThere) {
  // Uncorrelated noise: at every pixel one of the gains is small.
  EXPECT_LT(*Viff(Noise(50, 60, 1), Noise(50, 60, 2), Noise(50, 60, 3)), 0.02);
}

TEST(ViffTest, IgnoresBrightness) {
  const Plane<double> a = Noise(50, 60, 1), b = Noise(50, 60, 2);
  const Plane<double> f =
      Fill(50, 60, [&](int x, int y) { return (a.Row(y)[x] + b.Row(y)[x]) / 2; });
  EXPECT_NEAR(*Viff(a, b, Map(f, [](double v) { return v + 30; })), *Viff(a, b, f), 1e-9);
}

TEST(ViffTest, Needs41Pixels) {
  const Plane<double> small = Noise(40, 60, 1), enough = Noise(41, 41, 1);
  EXPECT_FALSE(Viff(small, small, small));
  EXPECT_TRUE(Viff(enough, enough, enough));
}

}  // namespace
}  // namespace auif::metrics
