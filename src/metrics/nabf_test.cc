#include "metrics/nabf.h"

#include <gtest/gtest.h>

#include <cmath>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

double Kept(double g, double a) {
  return std::sqrt(0.9999 / (1 + std::exp(-19 * (g - 0.5))) * 0.9995 /
                   (1 + std::exp(-22 * (a - 0.5))));
}

// Vector code takes other steps than the library's exp and atan, to some units in the last place.
constexpr double kRounding = 1e-13;

// In the mirrored image both inner pixels have an edge of strength 8, the outer ones none.
const Plane<double> kRamp = Rows({{0, 8, 16, 24}});

TEST(NabfTest, ByHandForEdgesMadeUp) {
  const Plane<double> flat = Constant(4, 1, 3);
  const EdgeBalance balance = *BalanceEdges(flat, flat, kRamp);
  // All weights are 0.001. No edge counts as a level one: across the fused edge, along no edge.
  const double inner = Kept(0, 0), outer = Kept(0, 1);
  EXPECT_NEAR(balance.kept, (inner + outer) / 2, kRounding);
  EXPECT_NEAR(balance.lost, (1 - outer) / 2, kRounding);
  EXPECT_NEAR(balance.added, (1 - inner) / 2, kRounding);
  EXPECT_NEAR(balance.added_petrovic, 1 - inner, kRounding);
  EXPECT_EQ(*Nabf(flat, flat, kRamp), balance.added);
}

// Labf of a ramp in one source, all else flat, if its two edges weigh `weight`.
double LostByHand(double weight) {
  const double edges = 2 * weight, rest = (2 + 4) * 0.001;
  return ((1 - Kept(0, 0)) * edges + (1 - Kept(0, 1)) * rest) / (edges + rest);
}

TEST(NabfTest, ByHandForEdgesLost) {
  const Plane<double> flat = Constant(4, 1, 3);
  EXPECT_NEAR(*Labf(kRamp, flat, flat), LostByHand(8 * std::sqrt(8.0)), kRounding);
  EXPECT_EQ(*Nabf(kRamp, flat, flat), 0);
}

TEST(NabfTest, EdgesBelowTwoWeighLittle) {
  const Plane<double> flat = Constant(4, 1, 3);
  const Plane<double> strong = Map(kRamp, [](double v) { return v / 4; });
  const Plane<double> weak = Map(kRamp, [](double v) { return v * 0.2475; });  // 1.98
  EXPECT_NEAR(*Labf(strong, flat, flat), LostByHand(2 * std::sqrt(2.0)), kRounding);
  EXPECT_NEAR(*Labf(weak, flat, flat), LostByHand(0.001), kRounding);
}

TEST(NabfTest, PartsSumToOne) {
  const Plane<double> a = Noise(21, 15, 1), b = Noise(21, 15, 2), f = Noise(21, 15, 3);
  const EdgeBalance balance = *BalanceEdges(a, b, f);
  EXPECT_NEAR(balance.kept + balance.lost + balance.added, 1, kRounding);
  EXPECT_GT(balance.added, 0);
  EXPECT_GE(balance.added_petrovic, balance.added);
  const EdgeBalance swapped = *BalanceEdges(b, a, f);
  EXPECT_NEAR(swapped.added, balance.added, kRounding);
  EXPECT_NEAR(swapped.lost, balance.lost, kRounding);
}

TEST(NabfTest, CopiesAddNothing) {
  const Plane<double> a = Noise(21, 15, 1);
  const EdgeBalance balance = *BalanceEdges(a, a, a);
  EXPECT_EQ(balance.added, 0);
  // The four corners of a mirrored image have no edge, hence G = 0; they weigh 0.001.
  EXPECT_NEAR(balance.kept, Kept(1, 1), 1e-7);
}

TEST(NabfTest, UndefinedForNoPixels) { EXPECT_FALSE(Nabf({}, {}, {})); }

}  // namespace
}  // namespace auif::metrics
