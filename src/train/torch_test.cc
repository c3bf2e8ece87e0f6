// Gradients and losses against PyTorch's autograd on the network with all its channels
// (reference/train_reference.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "auif/model_io.h"
#include "auif/train.h"
#include "io/safetensors.h"
#include "tests/gradient_check.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "train/adam.h"
#include "train/network.h"
#include "train/reference.h"

namespace auif {
namespace {

const std::string kPython = "/usr/bin/python3";

bool HaveTorch() {
  static const bool have = RunShell(kPython + " -c 'import torch, numpy'").code == 0;
  return have;
}

constexpr int kBatch = 8, kWidth = 35, kHeight = 28;

std::vector<Plane<float>> Batch(int step) {
  std::vector<Plane<float>> images;
  for (int i = 0; i < kBatch; ++i) {
    images.push_back(BlockImage(kWidth, kHeight, step * kBatch + i));
  }
  return images;
}

void Fill(TrainingNetwork* network, int step) {
  const std::vector<Plane<float>> images = Batch(step);
  for (int i = 0; i < kBatch; ++i) {
    for (int y = 0; y < kHeight; ++y) {
      std::copy_n(images[i].Row(y), kWidth, network->Image(i).Row(y));
    }
  }
}

// Runs a job of the reference, in double, on a model and the first `steps` batches.
TensorMap Reference(const std::string& job, const Model& model, int steps,
                    const std::string& flags) {
  const TemporaryFolder folder;
  SaveModel(model, folder / "model.safetensors");
  Tensor images{{kBatch, 1, kHeight, kWidth}, {}};
  if (job == "trajectory") images.shape.insert(images.shape.begin(), steps);
  for (int step = 0; step < steps; ++step) {
    for (const Plane<float>& image : Batch(step)) {
      for (int y = 0; y < kHeight; ++y) {
        images.values.insert(images.values.end(), image.Row(y), image.Row(y) + kWidth);
      }
    }
  }
  WriteAll(folder / "images.safetensors", SerializeSafetensors({{{"images", images}}, {}}));
  const RunResult run =
      RunShell("cd " + folder.path().string() + " && " + kPython + " " + SourceDir() +
               "/reference/train_reference.py " + job + " model.safetensors images.safetensors" +
               " -o out.safetensors --double " + flags);
  EXPECT_EQ(run.code, 0) << run.err;
  if (run.code != 0) return {};
  return ParseSafetensors(ReadAll(folder / "out.safetensors"), "out").tensors;
}

// The project's promise. Measured: at most 3e-5.
constexpr double kGradientTolerance = 1e-4;

TEST(TrainTorchTest, GradientsOfEveryForm) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  for (int form = 0; form < 8; ++form) {
    const ModelConfig config{Kernels(form & 1), Padding(form >> 1 & 1), Activation(form >> 2), 3,
                             8};
    SCOPED_TRACE(config.FormName());
    // A model none of whose PReLUs is near its kink, where rounding decides on the slope: there
    // PyTorch's own gradients in float32 and float64 differ by up to a percent.
    Model model;
    for (std::uint32_t seed = 20;; ++seed) {
      ASSERT_LT(seed, 100);
      model = RandomModel(config, seed);
      if (reference::RunBatch(model, Batch(0), {}).kink_distance > 5e-6) break;
    }
    const LossWeights weights{.offset = 0.5, .offset_target = 0.3};
    const TensorMap expected = Reference("gradients", model, 1, "--offset 0.5 --offset-target 0.3");
    ASSERT_FALSE(expected.empty());
    TrainingNetwork network(config, kBatch, kWidth, kHeight, 2);
    Fill(&network, 0);
    const BatchResult& result = network.Step(model, kBatch, weights);
    EXPECT_NEAR(result.losses.total / expected.at("loss").values[0], 1, 1e-6);
    EXPECT_NEAR(result.losses.mse / expected.at("mse").values[0], 1, 1e-6);
    EXPECT_NEAR(result.losses.ssim, expected.at("ssim").values[0], 1e-6);
    // The reference's running statistics have moved by a tenth.
    Model moved = model, reference = result.gradient;
    MoveRunningStatistics(result.gradient, &moved);
    for (const auto& tensor : Tensors(reference)) {
      const std::vector<float>& values = expected.at(tensor.name).values;
      std::copy(values.begin(), values.end(), tensor.values.begin());
    }
    Model gradient = result.gradient;
    const auto statistics = Tensors(moved), gradients = Tensors(gradient);
    for (std::size_t t = 0; t < gradients.size(); ++t) {
      if (!gradients[t].trainable) gradients[t].values[0] = statistics[t].values[0];
    }
    for (const auto& [name, error] : GradientErrors(gradient, reference)) {
      EXPECT_LT(error, kGradientTolerance) << name;
    }
  }
}

TEST(TrainTorchTest, First20LossesOfBothPresets) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  for (TrainOptions options : {TrainOptions::Paper(), TrainOptions::Release()}) {
    options.config.layers = 3;
    options.config.channels = 8;
    SCOPED_TRACE(options.config.FormName());
    constexpr int kSteps = 20;
    Model model = InitialModel(options);
    const TensorMap expected =
        Reference("trajectory", model, kSteps,
                  "--final final.safetensors --lr " + std::to_string(options.lr) + " --detail-lr " +
                      std::to_string(options.detail_lr));
    ASSERT_FALSE(expected.empty());
    Model first = NoMoments(options.config), second = first;
    TrainingNetwork network(options.config, kBatch, kWidth, kHeight, 2);
    for (int step = 0; step < kSteps; ++step) {
      Fill(&network, step);
      const BatchResult& result = network.Step(model, kBatch, {.ssim = options.mu});
      // The promise is 1e-3. Measured: at most 2e-7.
      EXPECT_NEAR(result.losses.total / expected.at("loss").values[step], 1, 1e-5) << step;
      AdamStep(Tensors(result.gradient), step + 1, options.lr, options.detail_lr, Tensors(model),
               Tensors(first), Tensors(second));
      MoveRunningStatistics(result.gradient, &model);
    }
  }
}

}  // namespace
}  // namespace auif
