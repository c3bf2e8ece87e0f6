// Against the plain formulas, on every SIMD target.
#include "kernels/edge_preservation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include "tests/every_variant.h"

namespace auif::metrics {
namespace {

// Grey levels with flat stretches, so that there are pixels without an edge.
std::vector<double> Levels(int count, std::mt19937& bits) {
  std::vector<double> row(static_cast<std::size_t>(count));
  for (double& value : row) value = bits() % 4 < 2 ? 90 : bits() % 256;
  return row;
}

struct EdgeRows {
  std::vector<double> x, y, strength;
  explicit EdgeRows(int count) : x(count), y(count), strength(count) {}
  Edges edges() { return {x.data(), y.data(), strength.data()}; }
};

TEST(FindEdgesTest, AreTheSobelResponses) {
  std::mt19937 bits(1);
  for (int count = 1; count <= 40; ++count) {
    const auto above = Levels(count + 2, bits), middle = Levels(count + 2, bits),
               below = Levels(count + 2, bits);
    std::vector<double> smooth(count + 2), step(count + 2);
    for (int i = 0; i < count + 2; ++i) {
      smooth[i] = above[i] + 2 * middle[i] + below[i];
      step[i] = below[i] - above[i];
    }
    ForEachTarget([&] {
      EdgeRows found(count);
      FindEdges(smooth.data(), step.data(), 0.125, found.edges(), count);
      for (int i = 0; i < count; ++i) {
        const double x =
            (above[i + 2] - above[i] + 2 * (middle[i + 2] - middle[i]) + below[i + 2] - below[i]) /
            8;
        const double y = (below[i] - above[i] + 2 * (below[i + 1] - above[i + 1]) + below[i + 2] -
                          above[i + 2]) /
                         8;
        ASSERT_EQ(found.x[i], x);
        ASSERT_EQ(found.y[i], y);
        ASSERT_NEAR(found.strength[i], std::hypot(x, y), 1e-12 * found.strength[i]);
      }
    });
  }
}

// The angle of an edge as the metrics' papers have it, y upwards.
double Angle(double x, double y) { return x == 0 ? std::numbers::pi / 2 : std::atan(-y / x); }

double PlainKept(const EdgeKeeping& model, const EdgeRows& s, const EdgeRows& f, int i) {
  const auto curve = [](const Logistic& l, double v) {
    return l.scale / (1 + std::exp(-l.slope * (v - l.middle)));
  };
  const double smaller = std::min(s.strength[i], f.strength[i]);
  double ratio = smaller == 0 ? 0 : smaller / std::max(s.strength[i], f.strength[i]);
  if (model.equal_gives_strength && s.strength[i] == f.strength[i]) ratio = s.strength[i];
  double angle = std::abs(Angle(s.x[i], s.y[i]) - Angle(f.x[i], f.y[i]));
  if (model.fold_angles) angle = std::min(angle, std::numbers::pi - angle);
  const double kept =
      curve(model.strength, ratio) * curve(model.orientation, 1 - 2 * angle / std::numbers::pi);
  return model.square_root ? std::sqrt(kept) : kept;
}

TEST(KeepEdgesTest, AgreesWithTheFormula) {
  constexpr int kCount = 5000;
  std::mt19937 bits(2);
  EdgeRows source(kCount), fused(kCount);
  for (EdgeRows* rows : {&source, &fused}) {
    for (int i = 0; i < kCount; ++i) {
      // Small whole numbers: often none, equal or parallel.
      rows->x[i] = static_cast<double>(bits() % 7) - 3;
      rows->y[i] = static_cast<double>(bits() % 7) - 3;
      rows->strength[i] = std::hypot(rows->x[i], rows->y[i]);
    }
  }
  std::vector<double> q(kCount);
  for (const bool fold : {false, true}) {
    for (const bool equal : {false, true}) {
      for (const bool root : {false, true}) {
        const EdgeKeeping model{.strength = {0.9994, 15, 0.5},
                                .orientation = {0.9879, 22, 0.8},
                                .square_root = root,
                                .fold_angles = fold,
                                .equal_gives_strength = equal};
        ForEachTarget([&] {
          KeepEdges(model, source.edges(), fused.edges(), q.data(), kCount);
          for (int i = 0; i < kCount; ++i) {
            ASSERT_NEAR(q[i], PlainKept(model, source, fused, i), 1e-13)
                << source.x[i] << "," << source.y[i] << " " << fused.x[i] << "," << fused.y[i];
          }
        });
      }
    }
  }
}

}  // namespace
}  // namespace auif::metrics
