#include "kernels/descent_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

// Sums are over at most 70 x 23 values of about 1, in float within a row or a vector and in double
// beyond. Relative to the sum of magnitudes.
constexpr double kSumTolerance = 1e-6;
constexpr double kTolerance = 1e-6;  // of single values, below 5

PaddedPlane RandomMap(int width, int height, std::uint32_t seed) {
  PaddedPlane map(width, height);
  const auto rows = RandomRows(height, width, -1.5f, 1.5f, seed);
  for (int y = 0; y < height; ++y) std::copy(rows[y].begin(), rows[y].end(), map.Row(y));
  return map;
}

// Maps of one size, and every pixel of them in turn.
struct Maps {
  Maps(int width, int height)
      : width(width),
        height(height),
        g(RandomMap(width, height, 1)),
        x(RandomMap(width, height, 2)),
        source(RandomMap(width, height, 3)),
        z(RandomMap(width, height, 4)) {}
  template <class F>
  void ForEach(const F& f) const {
    for (int y = 0; y < height; ++y) {
      for (int c = 0; c < width; ++c) {
        f(y, c, double{g.Row(y)[c]}, double{x.Row(y)[c]}, double{source.Row(y)[c]},
          double{z.Row(y)[c]});
      }
    }
  }

  int width, height;
  PaddedPlane g, x, source, z;
};

constexpr StepNumbers kNumbers{.mean = 0.1f,
                               .scale = 0.8f,
                               .bias = -0.2f,
                               .slope = 0.3f,
                               .eta = 0.4f,
                               .keep = 0.7f,
                               .source = 0.25f};
double Before(double z) {  // the PReLU
  return double{kNumbers.scale} * (z - double{kNumbers.mean}) + double{kNumbers.bias};
}

template <class F>
void ForEachSize(const F& f) {
  for (int width = 6; width <= 70; width += width < 36 ? 1 : 5) {
    const Maps maps(width, 6 + width % 18);
    ForEachTarget([&] {
      SCOPED_TRACE(width);
      f(maps);
    });
  }
}

TEST(DescentStepTest, Moments) {
  ForEachSize([](const Maps& maps) {
    double sum = 0, squares = 0;
    maps.ForEach([&](int, int, double, double, double, double z) { sum += z; });
    const double mean = sum / (maps.width * maps.height);
    maps.ForEach(
        [&](int, int, double, double, double, double z) { squares += (z - mean) * (z - mean); });
    const Moments moments = MapMoments(maps.z);
    EXPECT_NEAR(moments.mean, mean, kTolerance);
    EXPECT_NEAR(moments.squares, squares, kSumTolerance * squares);
  });
}

TEST(DescentStepTest, Forward) {
  ForEachSize([](const Maps& maps) {
    for (const StepForm form : {StepForm::kGradient, StepForm::kOutput}) {
      PaddedPlane out(maps.width, maps.height);
      StepForward(form, kNumbers, maps.x, maps.source, maps.z, &out);
      maps.ForEach([&](int y, int c, double, double x, double source, double z) {
        const double u = Before(z), p = u > 0 ? u : double{kNumbers.slope} * u;
        const double gradient =
            double{kNumbers.keep} * x + double{kNumbers.source} * source - double{kNumbers.eta} * p;
        ASSERT_NEAR(out.Row(y)[c], form == StepForm::kGradient ? gradient : p, kTolerance);
      });
    }
  });
}

TEST(DescentStepTest, BackwardSums) {
  ForEachSize([](const Maps& maps) {
    for (const StepForm form : {StepForm::kGradient, StepForm::kOutput}) {
      StepSums plain;
      double scale = 0;
      maps.ForEach([&](int, int, double g, double x, double source, double z) {
        const double u = Before(z), through = u > 0 ? g : double{kNumbers.slope} * g;
        plain.negative += g * std::min(u, 0.0);
        plain.direct += through;
        plain.deviation += through * (z - double{kNumbers.mean});
        if (form == StepForm::kGradient) {
          plain.positive += g * std::max(u, 0.0);
          plain.fidelity += g * (source - x);
        }
        scale += std::abs(g);
      });
      const StepSums sums = StepBackwardSums(form, kNumbers, maps.g, maps.x, maps.source, maps.z);
      const double near = kSumTolerance * scale;
      EXPECT_NEAR(sums.negative, plain.negative, near);
      EXPECT_NEAR(sums.direct, plain.direct, near);
      EXPECT_NEAR(sums.deviation, plain.deviation, near);
      EXPECT_NEAR(sums.positive, plain.positive, near);
      EXPECT_NEAR(sums.fidelity, plain.fidelity, near);
    }
  });
}

constexpr NormBackward kNorm{.direct = 0.6f, .constant = 0.05f, .deviation = -0.3f};

TEST(DescentStepTest, Backward) {
  ForEachSize([](const Maps& maps) {
    for (const StepForm form : {StepForm::kGradient, StepForm::kOutput}) {
      PaddedPlane dz(maps.width, maps.height);
      const double sum =
          StepBackward(form, kNumbers, kNorm, maps.g, maps.x, maps.source, maps.z, &dz);
      double plain_sum = 0, scale = 0;
      maps.ForEach([&](int y, int c, double g, double x, double source, double z) {
        const double through = Before(z) > 0 ? g : double{kNumbers.slope} * g;
        const double plain = double{kNorm.direct} * through - double{kNorm.constant} -
                             double{kNorm.deviation} * (z - double{kNumbers.mean});
        ASSERT_NEAR(dz.Row(y)[c], plain, kTolerance);
        if (form == StepForm::kOutput) plain_sum += plain * (source - x);
        scale += std::abs(plain);
      });
      EXPECT_NEAR(sum, plain_sum, kSumTolerance * scale);
      for (int y = 0; y < maps.height; ++y) {
        ASSERT_EQ(dz.Row(y)[maps.width], 0) << "behind the end of row " << y;
      }
    }
  });
}

TEST(DescentStepTest, Sigmoid) {
  ForEachSize([](const Maps& maps) {
    PaddedPlane y(maps.width, maps.height), du = maps.g, dz(maps.width, maps.height);
    SigmoidForward(kNumbers, maps.z, &y);
    const StepSums sums = SigmoidBackwardSums(kNumbers, y, maps.z, &du);
    SigmoidBackward(kNumbers, kNorm, du, maps.z, &dz);
    double direct = 0, deviation = 0, scale = 0;
    maps.ForEach([&](int row, int c, double g, double, double, double z) {
      const double s = 1 / (1 + std::exp(-Before(z))), d = g * s * (1 - s);
      const double away = z - double{kNumbers.mean};
      ASSERT_NEAR(y.Row(row)[c], s, kTolerance);
      ASSERT_NEAR(du.Row(row)[c], d, kTolerance);
      ASSERT_NEAR(
          dz.Row(row)[c],
          double{kNorm.direct} * d - double{kNorm.constant} - double{kNorm.deviation} * away,
          kTolerance);
      direct += d;
      deviation += d * away;
      scale += std::abs(d);
    });
    EXPECT_NEAR(sums.direct, direct, kSumTolerance * scale);
    EXPECT_NEAR(sums.deviation, deviation, kSumTolerance * scale);
    PaddedPlane reflected = y;  // its margin is the reflection of its pixels
    reflected.ReflectBorder();
    for (int row = -2; row < maps.height + 2; ++row) {
      for (int c = -2; c < maps.width + 2; ++c) {
        ASSERT_EQ(y.Row(row)[c], reflected.Row(row)[c]) << row << " " << c;
      }
    }
  });
}

TEST(DescentStepTest, AddMaps) {
  ForEachSize([](const Maps& maps) {
    PaddedPlane a = maps.x, b = maps.z, out(maps.width, maps.height);
    a.ReflectBorder();
    b.ReflectBorder();
    AddMaps(a, b, &out);
    for (int y = -2; y < maps.height + 2; ++y) {
      for (int c = -2; c < maps.width + 2; ++c) {
        ASSERT_EQ(out.Row(y)[c], a.Row(y)[c] + b.Row(y)[c]) << y << " " << c;
      }
    }
  });
}

}  // namespace
}  // namespace auif
