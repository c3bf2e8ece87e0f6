#include "kernels/decode.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/reflect.h"
#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

TEST(DecodeTest, AgreesWithTheFormula) {
  // The sigmoid's slope is 1/4 at most, its argument below 8 with an error of a few 2^-22.
  // Measured: at most 1.0e-7.
  constexpr double kTolerance = 2e-7;
  DecoderStep step;
  for (int t = 0; t < 9; ++t) step.taps[t] = 0.3f - 0.11f * static_cast<float>(t * t % 7);
  step.bias = -0.4f;
  double largest = 0;
  for (int width = 10; width <= 200; ++width) {
    const auto rows = RandomRows(3, width, -3, 3, width);
    ForEachTarget([&] {
      const RowLayout layout(width);
      const StripedRows in(layout, rows, 1);
      StripedOutput out(layout, 1, 0);
      DecodeRow(step, {in[0], in[1], in[2]}, layout, out[0]);
      for (int x = 0; x < width; ++x) {
        double sum = step.bias;
        for (int t = 0; t < 9; ++t) {
          sum += double{step.taps[t]} * double{rows[t / 3][Reflect(x + t % 3 - 1, width)]};
        }
        const double plain = 1 / (1 + std::exp(-sum));
        ASSERT_NEAR(out.At(0, x), plain, kTolerance) << width << " " << x;
        largest = std::max(largest, std::abs(out.At(0, x) - plain));
      }
    });
  }
  EXPECT_GT(largest, kTolerance / 4) << "the bound is lax: the largest error is " << largest;
}

TEST(DecodeTest, SaturatesWithoutNan) {
  DecoderStep step;
  step.taps[4] = 1;
  const std::vector<std::vector<float>> rows(3, {-1e30f, 1e30f, -100, 100, -90, 90, 0, 1, 2, 3});
  ForEachTarget([&] {
    const RowLayout layout(10);
    const StripedRows in(layout, rows, 1);
    StripedOutput out(layout, 1, 0);
    DecodeRow(step, {in[0], in[1], in[2]}, layout, out[0]);
    for (int x = 0; x < 6; ++x) EXPECT_NEAR(out.At(0, x), x % 2, 1e-30) << x;
    EXPECT_EQ(out.At(0, 6), 0.5f);
  });
}

}  // namespace
}  // namespace auif
