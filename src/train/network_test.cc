// The kernels against the plain reference, on every SIMD target.
#include "train/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "base/simd.h"
#include "tests/every_variant.h"
#include "tests/gradient_check.h"
#include "tests/random_model.h"
#include "train/reference.h"

namespace auif {
namespace {

constexpr int kBatch = 5, kWidth = 37, kHeight = 26;

std::vector<Plane<float>> Images() {
  std::vector<Plane<float>> images;
  for (int i = 0; i < kBatch; ++i) images.push_back(BlockImage(kWidth, kHeight, i));
  return images;
}

void Fill(TrainingNetwork* network) {
  const std::vector<Plane<float>> images = Images();
  for (int i = 0; i < kBatch; ++i) {
    for (int y = 0; y < kHeight; ++y) {
      std::copy_n(images[i].Row(y), kWidth, network->Image(i).Row(y));
    }
  }
}

TEST(TrainingNetworkTest, GradientsOfEveryForm) {
  const LossWeights weights{.offset = 0.5, .offset_target = 0.3};
  for (const ModelConfig& config : AllForms(3, 4)) {
    SCOPED_TRACE(config.FormName());
    // A model none of whose PReLUs is near its kink, where rounding decides on the slope.
    Model model;
    reference::BatchResult expected;
    for (std::uint32_t seed = 0; expected.kink_distance < 5e-6; ++seed) {
      ASSERT_LT(seed, 100);
      model = RandomModel(config, seed);
      expected = reference::RunBatch(model, Images(), weights);
    }
    ForEachTarget([&] {
      TrainingNetwork network(config, kBatch, kWidth, kHeight, 1);
      Fill(&network);
      const BatchResult& result = network.Step(model, kBatch, weights);
      EXPECT_NEAR(result.losses.total / expected.loss, 1, 1e-6);
      for (const auto& [name, error] : GradientErrors(result.gradient, expected.gradient)) {
        EXPECT_LT(error, 5e-5) << name;  // measured: at most 2.1e-5
      }
    });
  }
}

TEST(TrainingNetworkTest, SameBitsForAnyNumberOfThreads) {
  for (const ModelConfig& config : {ModelConfig::Paper(), ModelConfig::Release()}) {
    const Model model = RandomModel(config, 1);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3, 8}) {
      TrainingNetwork network(config, kBatch, kWidth, kHeight, threads);
      Fill(&network);
      std::vector<float>& values = results.emplace_back();
      for (const auto& tensor : Tensors(network.Step(model, kBatch, {}).gradient)) {
        values.insert(values.end(), tensor.values.begin(), tensor.values.end());
      }
      EXPECT_EQ(std::memcmp(values.data(), results[0].data(), 4 * values.size()), 0) << threads;
    }
  }
}

TEST(TrainingNetworkTest, SmallerBatchesAndReuseLeaveNoTraces) {
  const Model model = RandomModel(ModelConfig::Release(), 1);
  TrainingNetwork used(model.config, kBatch, kWidth, kHeight, 1);
  Fill(&used);
  used.Step(model, kBatch, {});
  const double reused = used.Step(model, 2, {}).losses.total;
  TrainingNetwork fresh(model.config, 2, kWidth, kHeight, 1);
  const std::vector<Plane<float>> images = Images();
  for (int i = 0; i < 2; ++i) {
    for (int y = 0; y < kHeight; ++y) {
      std::copy_n(images[i].Row(y), kWidth, fresh.Image(i).Row(y));
    }
  }
  EXPECT_EQ(fresh.Step(model, 2, {}).losses.total, reused);
}

}  // namespace
}  // namespace auif
