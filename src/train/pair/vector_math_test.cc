#include "train/pair/vector_math.h"

#include <gtest/gtest.h>

namespace auif::pair {
namespace {

TEST(VectorMathTest, Exp) {
  double error = 0;
  for (int i = -870000; i <= 870000; ++i) {
    const float x = static_cast<float>(i) * 1e-4f;
    error = std::max(error, std::abs(Exp(x) / std::exp(double{x}) - 1));
  }
  EXPECT_LT(error, 1e-7);  // measured: 8.7e-8
  EXPECT_EQ(Exp(0.0f), 1);
  EXPECT_EQ(Exp(1000.0f), Exp(87.0f));
  EXPECT_EQ(Exp(-1000.0f), Exp(-87.0f));
}

TEST(VectorMathTest, Atan) {
  double error = 0;
  for (int i = -300000; i <= 300000; ++i) {
    const float x = static_cast<float>(i) * 1e-5f;
    for (const float value : {x, 1 / x, x * x * x * x}) {
      error = std::max(error, std::abs(Atan(value) - std::atan(double{value})));
    }
  }
  EXPECT_LT(error, 2e-7);  // measured: 1.6e-7
  EXPECT_EQ(Atan(0.0f), 0);
  EXPECT_EQ(Atan(INFINITY), std::numbers::pi_v<float> / 2);
}

}  // namespace
}  // namespace auif::pair
