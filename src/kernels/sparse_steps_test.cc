// The steps against the equations that they solve, on every SIMD target.
#include "kernels/sparse_steps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "auif/plane.h"
#include "kernels/map_fft.h"
#include "tests/every_variant.h"

namespace auif {
namespace {

using Complex = std::complex<double>;

Plane<float> Numbers(int count, std::uint32_t seed) {
  std::mt19937 bits(seed);
  Plane<float> numbers(count, 1);
  for (int i = 0; i < count; ++i) {
    numbers.Row(0)[i] = static_cast<float>(bits() % 65536) / 32768 - 1;
  }
  return numbers;
}

// Two columns of spectra of real maps, two of which share an element: what an element holds at k
// and at -k gives the spectra of both at k.
struct Maps {
  Complex z[kFftElement];
  Maps(const float* at, const float* mirrored) {
    for (int l = 0; l < kFftLanes; ++l) {
      const Complex a(double{at[l]}, double{at[l + kFftLanes]});
      const Complex b(double{mirrored[l]}, -double{mirrored[l + kFftLanes]});
      z[l] = 0.5 * (a + b);
      z[l + kFftLanes] = Complex(0, -0.5) * (a - b);
    }
  }
};

TEST(SparseStepsTest, ColumnsSolveTheirEquation) {
  constexpr float kRho = 1.5f, kScale = 0.25f;
  for (const int height : {1, 2, 5, 8}) {
    for (const int groups : {1, 2}) {
      for (const bool own : {false, true}) {
        SCOPED_TRACE(std::to_string(height) + " " + std::to_string(groups));
        const int values = kFftElement * height;
        std::vector<Plane<float>> in;
        for (int i = 0; i < 2 * groups; ++i) in.push_back(Numbers(values, i));
        Plane<float> filters = Numbers(2 * values * groups, 10), signal = Numbers(2 * height, 11);
        const auto mirror = [&](int k) { return k == 0 ? 0 : height - k; };
        if (own) {
          // Real maps: at k and -k each other's conjugates.
          const int half = 2 * kFftElement * groups;
          for (int k = 0; k < height; ++k) {
            if (k > mirror(k)) continue;
            const float keep = k == mirror(k) ? 0.0f : -1.0f;
            for (int i = 0; i < half; ++i) {
              const bool imaginary = i / kFftElement % 2 == 1;
              float &a = filters.Row(0)[half * k + i], &b = filters.Row(0)[half * mirror(k) + i];
              b = imaginary ? keep * a : a;
              if (imaginary && k == mirror(k)) a = 0;
            }
            float* s = signal.Row(0);
            s[2 * mirror(k)] = s[2 * k];
            s[2 * mirror(k) + 1] = keep * s[2 * k + 1];
          }
        }
        std::vector<float> power;
        for (int k = 0; k < height; ++k) {
          double sum = 0;
          for (int i = 0; i < 2 * kFftElement * groups; ++i) {
            sum += std::pow(double{filters.Row(0)[2 * kFftElement * groups * k + i]}, 2);
          }
          power.push_back(static_cast<float>(sum));
        }
        ForEachTarget([&] {
          std::vector<Plane<float>> out = in;
          std::vector<float*> column, mirrored;
          for (int g = 0; g < groups; ++g) {
            column.push_back(out[g].Row(0));
            mirrored.push_back(own ? column[g] : out[groups + g].Row(0));
          }
          SolveColumns({column, mirrored, filters.Row(0), power.data(), signal.Row(0), height},
                       kRho, kScale);
          for (int k = 0; k < height; ++k) {
            const std::ptrdiff_t at = std::ptrdiff_t{kFftElement} * k;
            const std::ptrdiff_t mirrored_at = std::ptrdiff_t{kFftElement} * mirror(k);
            const auto filter = [&](int g, int m) {
              const float* f = filters.Row(0) + 2 * groups * at + 2 * kFftElement * g + m;
              return Complex(double{f[0]}, double{f[kFftElement]});
            };
            std::vector<Maps> x, z;
            Complex error(-double{signal.Row(0)[2 * k]}, -double{signal.Row(0)[2 * k + 1]});
            for (int g = 0; g < groups; ++g) {
              const Plane<float>& b = own ? in[g] : in[groups + g];
              z.emplace_back(in[g].Row(0) + at, b.Row(0) + mirrored_at);
              x.emplace_back(column[g] + at, mirrored[g] + mirrored_at);
              for (int m = 0; m < kFftElement; ++m) {
                error += filter(g, m) * x[g].z[m] / double{kScale};
              }
            }
            // conj(D) (sum D X - S) + rho (X - Z) = 0
            for (int g = 0; g < groups; ++g) {
              for (int m = 0; m < kFftElement; ++m) {
                const Complex gradient = std::conj(filter(g, m)) * error +
                                         double{kRho} * (x[g].z[m] / double{kScale} - z[g].z[m]);
                ASSERT_LE(std::abs(gradient), 5e-6) << k << " " << g << " " << m;
              }
            }
          }
        });
      }
    }
  }
}

TEST(SparseStepsTest, MapsShrink) {
  const int count = 3 * kFftElement;
  const Plane<float> x = Numbers(count, 1), v = Numbers(count, 2);
  const Shrinking step{0.3f, 0.5f, 0.15f, 1.8f};
  ForEachTarget([&] {
    Plane<float> new_x = x, new_v = v, split = x;
    SparseSums sums{1, 0, 0, 0, 0};  // which are added to
    ShrinkMaps(step, count, new_x.Row(0), new_v.Row(0), &sums);
    SplitMaps(step.threshold, 2, count, new_v.Row(0), split.Row(0));
    double xx = 1, yy = 0, uu = 0, primal = 0, dual = 0;
    for (int i = 0; i < count; ++i) {
      const auto shrink = [](double value, double by) {
        return std::copysign(std::max(0.0, std::abs(value) - by), value);
      };
      const double old_y = shrink(v.Row(0)[i], 0.3), old_u = 0.5 * (v.Row(0)[i] - old_y);
      const double relaxed = 1.8 * x.Row(0)[i] - 0.8 * old_y;
      const double y = shrink(relaxed + old_u, 0.15), u = old_u + relaxed - y;
      ASSERT_NEAR(new_v.Row(0)[i], y + u, 1e-6);
      ASSERT_NEAR(new_x.Row(0)[i], y - u, 1e-6);
      ASSERT_NEAR(split.Row(0)[i], y - 2 * u, 1e-6);
      xx += std::pow(double{x.Row(0)[i]}, 2);
      yy += y * y;
      uu += u * u;
      primal += std::pow(x.Row(0)[i] - y, 2);
      dual += std::pow(y - old_y, 2);
    }
    EXPECT_NEAR(sums.x, xx, 1e-5 * xx);
    EXPECT_NEAR(sums.y, yy, 1e-5 * yy);
    EXPECT_NEAR(sums.u, uu, 1e-5 * uu);
    EXPECT_NEAR(sums.primal, primal, 1e-5 * primal);
    EXPECT_NEAR(sums.dual, dual, 1e-5 * dual);
  });
}

}  // namespace
}  // namespace auif
