#include "kernels/layer_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "base/reflect.h"
#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

LayerStep RandomStep(StepForm form, float sign, bool has_edges, std::uint32_t seed) {
  std::mt19937 bits(seed);
  const auto uniform = [&](double from, double to) {
    return static_cast<float>(from + (to - from) * (bits() / 4294967296.0));
  };
  LayerStep step;
  step.form = form;
  step.sign = sign;
  step.has_edges = has_edges;
  step.bias = uniform(-0.5, 0.5);
  step.slope = uniform(-0.2, 0.9);
  step.keep = uniform(0.3, 1);
  step.source = uniform(0, 0.5);
  for (auto& row : step.taps) {
    for (auto& taps : row) {
      for (float& tap : taps) tap = uniform(-0.2, 0.2);
      if (!has_edges) taps = step.taps[0][0];
    }
  }
  return step;
}

// layer_step.h's formula at column x of the row whose five input rows begin at in[0].
double Plain(const LayerStep& step, Edge edge, bool left, bool right, const std::vector<float>* in,
             const std::vector<float>& source, int x) {
  const int width = static_cast<int>(source.size());
  Edge column = Edge::kInner;
  if (left && x == 0) column = Edge::kFirst;
  if (right && x == width - 1) column = Edge::kLast;
  const auto& taps = step.taps[static_cast<int>(edge)][static_cast<int>(column)];
  double c = step.bias;
  for (int t = 0; t < 25; ++t) {
    c += double{taps[t]} * double{in[t / 5][Reflect(x + t % 5 - 2, width)]};
  }
  if (step.form == StepForm::kOutput) c += double{step.source} * double{source[x]};
  const double active = step.sign * std::max(c, step.slope * c);
  if (step.form == StepForm::kOutput) return active;
  return active + double{step.keep} * double{in[2][x]} + double{step.source} * double{source[x]};
}

TEST(LayerStepTest, AgreesWithTheFormula) {
  // All values are below 8 in magnitude; a sum of 27 products of at most 0.4 errs by a few units
  // of 2^-24. Measured: at most 6.0e-7.
  constexpr double kTolerance = 1e-6;
  double largest = 0;
  for (const StepForm form : {StepForm::kGradient, StepForm::kOutput}) {
    for (const float sign : {1.0f, -1.0f}) {
      for (const bool has_edges : {false, true}) {
        const LayerStep step = RandomStep(form, sign, has_edges, 3);
        for (int width = 10; width <= 150; width += width < 70 ? 1 : 13) {
          for (int n = 1; n <= 4; ++n) {
            const auto in = RandomRows(n + 4, width, -2, 2, width);
            const auto source = RandomRows(n, width, 0, 1, width + 1);
            const bool left = width % 2 == 0, right = width % 3 != 0;
            const Edge edge = n > 1 ? Edge::kInner : static_cast<Edge>(width % 3);
            ForEachTarget([&] {
              const RowLayout layout(width);
              const StripedRows in_rows(layout, in, 2), source_rows(layout, source, 0);
              StripedOutput out(layout, n, 2);
              RunLayerStep(step, {&layout, left, right, edge}, n, in_rows.data(),
                           source_rows.data(), out.data());
              for (int i = 0; i < n; ++i) {
                for (int x = 0; x < width; ++x) {
                  const double plain = Plain(step, edge, left, right, &in[i], source[i], x);
                  ASSERT_NEAR(out.At(i, x), plain, kTolerance)
                      << width << " n " << n << " row " << i << " column " << x;
                  largest = std::max(largest, std::abs(out.At(i, x) - plain));
                }
                ASSERT_TRUE(out.MarginsAreSet(i)) << width;
              }
            });
          }
        }
      }
    }
  }
  EXPECT_GT(largest, kTolerance / 4) << "the bound is lax: the largest error is " << largest;
}

TEST(LayerStepTest, RowsHaveTheSameBitsHoweverManyAtATime) {
  const LayerStep step = RandomStep(StepForm::kGradient, 1, true, 4);
  constexpr int kWidth = 77, kRows = 9;
  const auto in = RandomRows(kRows + 4, kWidth, -2, 2, 1);
  const auto source = RandomRows(kRows, kWidth, 0, 1, 2);
  ForEachTarget([&] {
    const RowLayout layout(kWidth);
    const StripedRows in_rows(layout, in, 2), source_rows(layout, source, 0);
    StripedOutput together(layout, kRows, 2), alone(layout, kRows, 2);
    const RowPlace place{&layout, true, true};
    RunLayerStep(step, place, kRows, in_rows.data(), source_rows.data(), together.data());
    for (int i = 0; i < kRows; ++i) {
      RunLayerStep(step, place, 1, in_rows.data() + i, source_rows.data() + i, alone.data() + i);
      for (int x = 0; x < kWidth; ++x) ASSERT_EQ(alone.At(i, x), together.At(i, x));
    }
  });
}

}  // namespace
}  // namespace auif
