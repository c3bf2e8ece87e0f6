#include "kernels/fma_peak.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/every_variant.h"

namespace auif {
namespace {

TEST(FmaPeakTest, IsWithinWhatAMachineCanDo) {
  ForEachTarget([] {
    const double peak = MeasureFmaPeak(0.01);
    EXPECT_GT(peak, kSlow ? 0.001 : 0.5);  // an operation in several cycles of a slow core
    EXPECT_LT(peak, 1000);                 // 16 lanes, 4 units of 6 GHz
  });
}

TEST(FmaPeakTest, WiderVectorsAreFaster) {
  const std::vector<std::string> targets = SimdTargets();
  if (targets.size() < 2 || kSlow) GTEST_SKIP() << "one target";
  const auto peak = [](const std::string& target) {
    ForceSimdTarget(target);
    double best = 0;  // of several, since a neighbour may disturb one
    for (int i = 0; i < 5; ++i) best = std::max(best, MeasureFmaPeak(0.005));
    return best;
  };
  const double widest = peak(targets.front()), plain = peak(targets.back());
  ForceSimdTarget("");
  EXPECT_GT(widest, 1.5 * plain);
}

}  // namespace
}  // namespace auif
