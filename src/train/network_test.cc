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

PaddedPlane ToPadded(const reference::Map& map) {
  PaddedPlane padded(map.width(), map.height());
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) padded.Row(y)[x] = static_cast<float>(map.Row(y)[x]);
  }
  return padded;
}

reference::Map RandomMap(int width, int height, std::mt19937& bits) {
  reference::Map map(width, height);
  for (int y = 0; y < height; ++y) {
    // Values that float holds.
    for (int x = 0; x < width; ++x) map.Row(y)[x] = (bits() % 65536) / 32768.0 - 1;
  }
  return map;
}

// Sums of 25 to a few thousand products of order one, rounded to float: measured at most 6e-7.
constexpr double kConvolutionTolerance = 2e-6;

TEST(Conv5x5Test, AgreesWithReferenceForEverySize) {
  std::mt19937 bits(1);
  for (int i = 6; i <= 52; ++i) {
    const int other = 6 + (i * 29) % 41;
    for (const auto& [width, height] : {std::pair{i, other}, std::pair{other, i}}) {
      for (const bool has_edges : {false, true}) {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        EdgeKernels kernels;
        for (auto& row : kernels) {
          for (Kernel5x5& kernel : row) {
            for (double& tap : kernel) tap = (bits() % 65536) / 32768.0 - 1;
          }
        }
        const reference::Map x = RandomMap(width, height, bits),
                             dz = RandomMap(width, height, bits);
        reference::Map dx(width, height);
        EdgeKernels dkernels{};
        reference::ConvolveBackward(kernels, has_edges, x, dz, &dx, &dkernels);
        const reference::Map z = reference::Convolve(kernels, has_edges, x);
        ForEachTarget([&] {
          PaddedPlane in = ToPadded(x), out(width, height);
          in.ReflectBorder();
          Convolve({ForwardTaps(kernels, has_edges), width}, in, nullptr, 0, &out);
          EXPECT_LT(RelativeError(out, z), kConvolutionTolerance);
          const PaddedPlane d = ToPadded(dz);
          Convolve({BackwardTaps(kernels, has_edges), width}, d, nullptr, 0, &out);
          EXPECT_LT(RelativeError(out, dx), kConvolutionTolerance);
          EdgeKernels sums{};
          if (has_edges) {
            sums = EdgeKernelSums(d, in);
          } else {
            sums[1][1] = KernelSums(d, in);
          }
          // Relative to the number of products, whose sum may cancel.
          for (int e = 0; e < 9; ++e) {
            for (int t = 0; t < 25; ++t) {
              EXPECT_NEAR(sums[e / 3][e % 3][t], dkernels[e / 3][e % 3][t], 1e-7 * width * height);
            }
          }
        });
      }
    }
  }
}

TEST(Conv5x5Test, AddsAScaledMapInPlace) {
  std::mt19937 bits(2);
  EdgeKernels kernels{};
  kernels[1][1][7] = 0.5;
  const reference::Map x = RandomMap(21, 11, bits), extra = RandomMap(21, 11, bits);
  PaddedPlane in = ToPadded(x), out = ToPadded(extra);
  in.ReflectBorder();
  Convolve({ForwardTaps(kernels, false), 21}, in, &out, 0.25f, &out);
  for (int y = 1; y < 11; ++y) {
    for (int c = 0; c < 21; ++c) {
      EXPECT_EQ(out.Row(y)[c], static_cast<float>(0.5 * x.Row(y - 1)[c] + 0.25 * extra.Row(y)[c]));
    }
  }
}

TEST(LossTest, AgreesWithReference) {
  for (const auto& [width, height] : {std::pair{10, 10}, std::pair{37, 13}, std::pair{48, 33}}) {
    for (const bool clip : {false, true}) {
      const LossWeights weights{.mse = 1, .ssim = 5, .clip = clip};
      // Unrelated images: SSIM of either sign.
      reference::Map maps[2];
      for (int i = 0; i < 2; ++i) {
        const Plane<float> image = RandomImage(width, height, 10 + i);
        maps[i] = reference::Map(width, height);
        for (int y = 0; y < height; ++y) {
          std::copy_n(image.Row(y), width, maps[i].Row(y));
        }
      }
      const double pixels = 2.0 * width * height;
      const double loss = reference::Loss(weights, pixels, maps[0], maps[1]);
      const reference::Map dy = reference::LossBackward(weights, pixels, maps[0], maps[1]);
      ForEachTarget([&] {
        PaddedPlane x = ToPadded(maps[0]), y = ToPadded(maps[1]), gradient(width, height);
        x.ReflectBorder();
        y.ReflectBorder();
        const LossSums sums = LossAndGradient(weights, pixels, x, y, &gradient);
        EXPECT_NEAR((sums.squares + 5 * sums.dissimilarity / 2) / pixels / loss, 1, 1e-6);
        EXPECT_LT(RelativeError(gradient, dy), 1e-5);  // measured 2e-6
      });
    }
  }
}

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
