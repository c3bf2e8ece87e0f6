#include "metrics/mse.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/rmse.h"
#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(MseTest, ByHand) {
  const Plane<double> a = Rows({{0, 10}}), f = Rows({{3, 6}});  // errors 3 and 4
  EXPECT_DOUBLE_EQ(Mse(a, f), 12.5);
  EXPECT_DOUBLE_EQ(Mse(a, f, {.range = 1}), 12.5 / (255 * 255));
  EXPECT_DOUBLE_EQ(Mse(a, f, {.form = SquaredErrorForm::kNormByCount}), 2.5);
}

TEST(RmseTest, ByHand) { EXPECT_DOUBLE_EQ(Rmse(Rows({{0, 10}}), Rows({{3, 6}})), std::sqrt(12.5)); }

TEST(MseTest, SymmetricAndZeroForEqualImages) {
  const Plane<double> a = Noise(13, 7, 1), b = Noise(13, 7, 2);
  EXPECT_EQ(Mse(a, b), Mse(b, a));
  EXPECT_EQ(Mse(a, a), 0);
  EXPECT_EQ(Rmse(a, b), Rmse(b, a));
  EXPECT_EQ(Rmse(a, a), 0);
}

}  // namespace
}  // namespace auif::metrics
