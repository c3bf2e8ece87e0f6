// Losses and gradients of joint unrolling in training, against the network with nothing collapsed.
#include "train/joint/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "network/joint_reference.h"
#include "tests/every_variant.h"
#include "tests/gradient_check.h"
#include "tests/random_model.h"
#include "train/joint/reference.h"

namespace auif {
namespace {

constexpr int kBatch = 2, kWidth = 47, kHeight = 43;

// Crops of larger pairs, which have the curve.
std::vector<reference::JointPair> Pairs() {
  std::vector<reference::JointPair> pairs;
  for (int i = 0; i < kBatch; ++i) {
    const Plane<float> whole[] = {BlockImage(60, 50, 2 * i), BlockImage(60, 50, 2 * i + 1)};
    reference::JointPair& pair = pairs.emplace_back();
    pair.curve = ReferenceToneCurve({}, whole[0], whole[1]);
    for (int s = 0; s < 2; ++s) {
      Plane<float>& crop = s == 0 ? pair.ir : pair.vis;
      crop = Plane<float>(kWidth, kHeight);
      for (int y = 0; y < kHeight; ++y) {
        std::copy_n(whole[s].Row(y + 3) + 5, kWidth, crop.Row(y));
      }
    }
  }
  return pairs;
}

void Fill(JointTrainingNetwork* network, const std::vector<reference::JointPair>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    network->Sources(static_cast<int>(i)) = {pairs[i].ir, pairs[i].vis};
    network->SetCurve(static_cast<int>(i), pairs[i].curve);
  }
}

std::map<std::string, double> Errors(const JointModel& gradient,
                                     const std::vector<reference::Derivative>& expected) {
  // All values but those that are known are 0 in both.
  JointModel sample = EmptyJointModel(gradient.layers, gradient.channels), known = sample;
  const auto all = Tensors(gradient);
  const auto samples = Tensors(sample), knowns = Tensors(known);
  for (const reference::Derivative& derivative : expected) {
    for (std::size_t t = 0; t < all.size(); ++t) {
      if (all[t].name != derivative.tensor) continue;
      samples[t].values[derivative.index] = all[t].values[derivative.index];
      knowns[t].values[derivative.index] = static_cast<float>(derivative.value);
    }
  }
  return GradientErrors(sample, known);
}

TEST(JointTrainingNetworkTest, LossesAndGradients) {
  const std::vector<reference::JointPair> pairs = Pairs();
  const PairLossWeights weights{.en = 0.5, .dark = 20};
  // A model none of whose PReLUs is near its kink, where rounding decides on the slope.
  JointModel model;
  for (std::uint32_t seed = 0;; ++seed) {
    ASSERT_LT(seed, 100);
    model = RandomJointModel(3, 3, seed);
    double kink = 1;
    for (const auto& pair : pairs) {
      FuseJointReference(model, pair.curve, pair.ir, pair.vis, &kink);
    }
    if (kink > 5e-6) break;
  }
  const reference::JointResult expected = reference::RunJointBatch(model, weights, pairs, 4);
  // The clip bends somewhere, and u_1 counts.
  EXPECT_NE(expected.losses.dark, 0);
  ForEachTarget([&] {
    JointTrainingNetwork network(model, weights, kBatch, kWidth, kHeight, 1);
    Fill(&network, pairs);
    const JointBatchResult& result = network.Step(model, kBatch);
    EXPECT_NEAR(result.losses.total / expected.losses.total, 1, 2e-6);
    EXPECT_NEAR(result.losses.scd, expected.losses.scd, 1e-5);
    for (int i = 0; i < kBatch; ++i) {
      EXPECT_LT(RelativeError(network.Fused(i), expected.fused[i]), 1e-6);
    }
    for (const auto& [name, error] : Errors(result.gradient, expected.derivatives)) {
      EXPECT_LT(error, 1e-4) << name;  // measured: at most 6.9e-5, of a bias, a sum of both signs
    }
  });
}

TEST(JointTrainingNetworkTest, SameBitsForAnyNumberOfThreadsAndNoTraces) {
  const std::vector<reference::JointPair> pairs = Pairs();
  const JointModel model = RandomJointModel(4, 5, 1);
  const auto values = [](const JointBatchResult& result) {
    std::vector<float> all = {static_cast<float>(result.losses.total)};
    for (const auto& tensor : Tensors(result.gradient)) {
      if (tensor.trainable) all.insert(all.end(), tensor.values.begin(), tensor.values.end());
    }
    return all;
  };
  JointTrainingNetwork first(model, {}, kBatch, kWidth, kHeight, 1);
  Fill(&first, pairs);
  const std::vector<float> both = values(first.Step(model, 2)), one = values(first.Step(model, 1));
  for (const int threads : {2, 3, 8}) {
    JointTrainingNetwork network(model, {}, kBatch, kWidth, kHeight, threads);
    Fill(&network, pairs);
    EXPECT_EQ(values(network.Step(model, 2)), both) << threads;
  }
  // A smaller batch after a larger one is that of a fresh network.
  JointTrainingNetwork fresh(model, {}, 1, kWidth, kHeight, 1);
  Fill(&fresh, {pairs[0]});
  EXPECT_EQ(values(fresh.Step(model, 1)), one);
  EXPECT_NE(one, both);
}

TEST(JointTrainingNetworkTest, SoftClip) {
  EXPECT_EQ(SoftClip(0.02F), 0.02F);
  EXPECT_EQ(SoftClip(0.5F), 0.5F);
  EXPECT_NEAR(SoftClip(0), 0.005, 1e-8);
  EXPECT_NEAR(SoftClip(1), 0.995, 1e-7);
  EXPECT_EQ(SoftClip(-0.02F), 0);
  EXPECT_EQ(SoftClip(-3), 0);
  EXPECT_EQ(SoftClip(3), 1);
  EXPECT_EQ(SoftClipSlope(0.5F), 1);
  EXPECT_EQ(SoftClipSlope(-3), 0);
  EXPECT_EQ(SoftClipSlope(3), 0);
  for (float v = -0.03F; v < 1.03F; v += 0.0037F) {
    EXPECT_NEAR(SoftClip(1 - v), 1 - SoftClip(v), 1e-6) << v;
    constexpr float kStep = 1e-3F;
    const double difference = (double{SoftClip(v + kStep)} - SoftClip(v - kStep)) / (2 * kStep);
    // Right but where the parabola begins or ends.
    EXPECT_NEAR(SoftClipSlope(v), difference, 0.01) << v;
  }
}

TEST(JointTrainingNetworkTest, SaysWhereNumbersAreLost) {
  const std::vector<reference::JointPair> pairs = Pairs();
  JointModel model = RandomJointModel(2, 2, 1);
  JointTrainingNetwork network(model, {}, kBatch, kWidth, kHeight, 1);
  Fill(&network, pairs);
  model.decoder.bias[0] = std::nanf("");
  EXPECT_FALSE(std::isfinite(network.Step(model, 2).losses.total));
  EXPECT_EQ(network.NotFiniteAt(), "the loss");
}

}  // namespace
}  // namespace auif
