#include "kernels/weighted_sum.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>

#include <random>
#include <vector>

namespace auif::metrics {
namespace {

// The same order of operations, so the same bits.
double Plain(const std::vector<const double*>& inputs, const std::vector<double>& weights, int x) {
  const std::size_t taps = weights.size();
  bool symmetric = true;
  for (std::size_t k = 0; k < taps / 2; ++k) symmetric &= weights[k] == weights[taps - 1 - k];
  double sum = 0;
  if (!symmetric) {
    for (std::size_t k = 0; k < taps; ++k) sum += weights[k] * inputs[k][x];
    return sum;
  }
  if (taps % 2 != 0) sum = weights[taps / 2] * inputs[taps / 2][x];
  for (std::size_t k = 0; k < taps / 2; ++k) {
    sum += weights[k] * (inputs[k][x] + inputs[taps - 1 - k][x]);
  }
  return sum;
}

TEST(WeightedSumTest, EveryTargetGivesTheSameBits) {
  std::minstd_rand random(1);
  std::vector<double> data(64);
  for (double& value : data) value = static_cast<double>(random()) / 1e7;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    for (const std::vector<double>& weights :
         {std::vector<double>{0.3}, {0.5, 0.5}, {0.1, 0.7, 0.1}, {0.1, 0.2, 0.3, 0.4}}) {
      std::vector<const double*> inputs;
      for (std::size_t k = 0; k < weights.size(); ++k) inputs.push_back(data.data() + 3 * k);
      for (int count = 0; count <= 37; ++count) {
        std::vector<double> out(static_cast<std::size_t>(count) + 1, -1);
        WeightedSum(inputs, weights, out.data(), count);
        for (int x = 0; x < count; ++x) {
          ASSERT_EQ(out[static_cast<std::size_t>(x)], Plain(inputs, weights, x))
              << hwy::TargetName(target) << " " << count << " " << x;
        }
        ASSERT_EQ(out.back(), -1) << "wrote past the end";
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace
}  // namespace auif::metrics
