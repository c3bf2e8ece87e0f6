// The network against its rebuilding in PyTorch (reference/), channel by channel and in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "auif/fuse.h"
#include "auif/method.h"
#include "auif/model_io.h"
#include "io/safetensors.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"

namespace auif {
namespace {

const std::string kPython = "/usr/bin/python3";
const std::string kReference = SourceDir() + "/reference/";

bool HaveTorch() {
  static const bool have = RunShell(kPython + " -c 'import torch, numpy'").code == 0;
  return have;
}

void WriteImage(const std::filesystem::path& path, const Plane<float>& image) {
  Tensor tensor{{image.height(), image.width()}, {}};
  for (int y = 0; y < image.height(); ++y) {
    tensor.values.insert(tensor.values.end(), image.Row(y), image.Row(y) + image.width());
  }
  WriteAll(path, SerializeSafetensors({{{"image", tensor}}, {}}));
}

// Largest difference between Fuser and PyTorch, relative to PyTorch's largest value.
double Difference(const Model& model, const FuseOptions& options, const std::string& arguments) {
  const TemporaryFolder folder;
  const Plane<float> ir = RandomImage(61, 45, 1), vis = RandomImage(61, 45, 2);
  SaveModel(model, folder / "model.safetensors");
  WriteImage(folder / "ir.safetensors", ir);
  WriteImage(folder / "vis.safetensors", vis);
  const RunResult run = RunShell("cd " + folder.path().string() + " && " + kPython + " " +
                                 kReference + "fuse.py model.safetensors ir.safetensors " +
                                 "vis.safetensors -o fused.safetensors --double " + arguments);
  EXPECT_EQ(run.code, 0) << run.err;
  if (run.code != 0) return 1;
  const Tensor expected =
      ParseSafetensors(ReadAll(folder / "fused.safetensors"), "fused").tensors.at("fused");
  const Plane<float> fused = Fuser(model, options).Fuse(ir, vis);
  double error = 0, largest = 0;
  for (int y = 0; y < 45; ++y) {
    for (int x = 0; x < 61; ++x) {
      const double value = expected.values[y * 61 + x];
      error = std::max(error, std::abs(fused.Row(y)[x] - value));
      largest = std::max(largest, std::abs(value));
    }
  }
  return error / largest;
}

// Measured: at most 8e-7.
constexpr double kTolerance = 1e-5;

TEST(PyTorchTest, EveryFormAgrees) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  for (Kernels kernels : {Kernels::kAdjoint, Kernels::kIndependent}) {
    for (Padding padding : {Padding::kInput, Padding::kFeature}) {
      for (Activation activation : {Activation::kGradient, Activation::kOutput}) {
        const Model model = RandomModel({kernels, padding, activation, 10, 64}, 5);
        EXPECT_LT(Difference(model, {}, ""), kTolerance) << model.config.FormName();
      }
    }
  }
}

TEST(PyTorchTest, DefaultModelAndStrategiesAgree) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  FuseOptions options;
  for (Strategy strategy : {Strategy::kAdd, Strategy::kAverage, Strategy::kL1}) {
    options.strategy = strategy;
    EXPECT_LT(Difference(DefaultModel(), options, std::string("--strategy ") + Name(strategy)),
              kTolerance)
        << Name(strategy);
  }
}

// The network by PyTorch's layers, in double.
TEST(PyTorchTest, FusionGanAgrees) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  const TemporaryFolder folder;
  Plane<float> sources[2] = {RandomImage(29, 21, 1), RandomImage(29, 21, 2)};
  const Plane<float> fused = OpenMethod("fusiongan")->Fuse(sources[0], sources[1]);
  for (Plane<float>& source : sources) {
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 29; ++x) source.Row(y)[x] = std::round(255 * source.Row(y)[x]);
    }
  }
  WriteImage(folder / "ir.safetensors", sources[0]);
  WriteImage(folder / "vis.safetensors", sources[1]);
  const RunResult run =
      RunShell("cd " + folder.path().string() + " && " + kPython + " -B " + kReference +
               "fusiongan.py " + SourceDir() +
               "/models/fusiongan.safetensors ir.safetensors vis.safetensors -o fused.safetensors");
  ASSERT_EQ(run.code, 0) << run.err;
  const Tensor expected =
      ParseSafetensors(ReadAll(folder / "fused.safetensors"), "fused").tensors.at("fused");
  const auto [low, high] = std::minmax_element(expected.values.begin(), expected.values.end());
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 29; ++x) {
      const double stretched = (expected.values[y * 29 + x] - *low) / (*high - *low);
      ASSERT_NEAR(fused.Row(y)[x], stretched, kTolerance) << x << "," << y;
    }
  }
}

TEST(PyTorchTest, ReferencePassesItsOwnTests) {
  if (!HaveTorch()) GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  const RunResult run =
      RunShell("cd " + SourceDir() + " && " + kPython +
               " -B -m unittest reference/test_reference.py reference/test_joint.py");
  EXPECT_EQ(run.code, 0) << run.err;
}

}  // namespace
}  // namespace auif
