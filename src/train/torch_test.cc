// Gradients and losses against PyTorch's autograd on the network with all its channels
// (reference/train_reference.py).
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "auif/model_io.h"
#include "auif/train.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "tests/random_model.h"
#include "train/adam.h"
#include "train/network.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

constexpr int kBatch = 8, kWidth = 24, kHeight = 21;

class TrainTorchTest : public testing::Test {
 protected:
  static bool HasTorch() {
    static const bool has =
        std::system((Python() + " -c 'import torch, numpy' 2>/dev/null").c_str()) == 0;
    return has;
  }

  void SetUp() override {
    if (!HasTorch()) GTEST_SKIP() << "needs PyTorch in " << Python() << "; set AUIF_PYTHON";
    folder_ = fs::temp_directory_path() / ("auif-torch-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  static std::string Python() {
    const char* python = std::getenv("AUIF_PYTHON");
    return python == nullptr ? "/usr/bin/python3" : python;
  }

  // Runs the reference on a model and `steps` batches and returns what it wrote.
  TensorMap Reference(const std::string& job, const Model& model, int steps,
                      const std::string& flags) {
    SaveModel(model, folder_ / "model.safetensors");
    Safetensors batches;
    Tensor& images = batches.tensors["images"];
    images.shape = {kBatch, 1, kHeight, kWidth};
    if (job == "trajectory") images.shape.insert(images.shape.begin(), steps);
    for (int i = 0; i < steps * kBatch; ++i) {
      const Plane<float> picture = RandomPicture(kWidth, kHeight, i);
      for (int y = 0; y < kHeight; ++y) {
        images.values.insert(images.values.end(), picture.Row(y), picture.Row(y) + kWidth);
      }
    }
    WriteFileAtomically(folder_ / "batches.safetensors", SerializeSafetensors(batches));
    std::string command = Python() + " " + AUIF_SOURCE_DIR + "/reference/train_reference.py " +
                          job + " " + (folder_ / "model.safetensors").string() + " " +
                          (folder_ / "batches.safetensors").string() + " -o " +
                          (folder_ / "out.safetensors").string() + " " + flags;
    if (job == "trajectory") command += " --final " + (folder_ / "final.safetensors").string();
    if (std::system(command.c_str()) != 0) {
      ADD_FAILURE() << command;
      return {};
    }
    return ParseSafetensors(ReadFile(folder_ / "out.safetensors"), "out").tensors;
  }

  static void FillBatch(TrainingNetwork* network, int step) {
    for (int i = 0; i < kBatch; ++i) {
      const Plane<float> picture = RandomPicture(kWidth, kHeight, step * kBatch + i);
      for (int y = 0; y < kHeight; ++y) {
        std::copy_n(picture.Row(y), kWidth, network->Picture(i).Row(y));
      }
    }
  }

  fs::path folder_;
};

double Norm(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += double{v} * v;
  return std::sqrt(sum);
}

// The distance over the reference's length.
double Distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return std::sqrt(sum) / Norm(b);
}

TEST_F(TrainTorchTest, GradientsOfEveryForm) {
  for (int form = 0; form < 8; ++form) {
    const ModelConfig config{Kernels(form & 1), Padding(form >> 1 & 1), Activation(form >> 2), 3,
                             8};
    SCOPED_TRACE(config.FormName());
    const Model model = RandomModel(config, form);
    const TensorMap expected = Reference("gradients", model, 1, "--double");
    const TensorMap single = Reference("gradients", model, 1, "");
    TrainingNetwork network(config, kBatch, kWidth, kHeight, 2);
    FillBatch(&network, 0);
    const BatchResult& result = network.Step(model, kBatch, {});
    EXPECT_NEAR(result.losses.total, expected.at("loss").values[0], 1e-5);
    EXPECT_NEAR(result.losses.mse, expected.at("mse").values[0], 1e-6);
    EXPECT_NEAR(result.losses.ssim, expected.at("ssim").values[0], 1e-6);
    // Running statistics are moved by a tenth.
    Model moved = model;
    MoveRunningStatistics(result.gradient, &moved);
    const auto statistics = Tensors(std::as_const(moved));
    const auto gradients = Tensors(result.gradient);
    for (std::size_t t = 0; t < gradients.size(); ++t) {
      const auto& tensor = gradients[t].trainable ? gradients[t] : statistics[t];
      const std::vector<float>& reference = expected.at(tensor.name).values;
      const double distance = Distance(tensor.values, reference);
      EXPECT_LT(distance, 1e-4) << tensor.name << " " << tensor.values[0] << " instead of "
                                << reference[0];
      if (std::getenv("VERBOSE"))
        printf("%s %s %.2g %.2g %g\n", config.FormName().c_str(), tensor.name.c_str(), distance,
               Distance(single.at(tensor.name).values, reference), Norm(reference));
    }
  }
}

TEST_F(TrainTorchTest, First20LossesOfBothPresets) {
  for (TrainOptions options : {TrainOptions::Paper(), TrainOptions::Release()}) {
    options.config.layers = 3;
    options.config.channels = 8;
    SCOPED_TRACE(options.config.FormName());
    constexpr int kSteps = 20;
    Model model = InitialModel(options);
    char flags[100];
    std::snprintf(flags, sizeof flags, "--double --lr %g --detail-lr %g", options.lr,
                  options.detail_lr);
    const TensorMap expected = Reference("trajectory", model, kSteps, flags);
    Model first = EmptyModel(options.config);
    for (auto& tensor : Tensors(first)) std::fill(tensor.values.begin(), tensor.values.end(), 0);
    Model second = first;
    TrainingNetwork network(options.config, kBatch, kWidth, kHeight, 2);
    for (int step = 0; step < kSteps; ++step) {
      FillBatch(&network, step);
      const BatchResult& result = network.Step(model, kBatch, {.ssim = options.mu});
      const double loss = expected.at("loss").values[step];
      EXPECT_NEAR(result.losses.total / loss, 1, 1e-3) << "step " << step;
      if (std::getenv("VERBOSE"))
        printf("%d %.7f %.7f %.2g\n", step, result.losses.total, loss,
               result.losses.total / loss - 1);
      AdamStep(result.gradient, step + 1, options.lr, options.detail_lr, &model, &first, &second);
      MoveRunningStatistics(result.gradient, &model);
    }
  }
}

}  // namespace
}  // namespace auif
