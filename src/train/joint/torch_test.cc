// Joint unrolling against PyTorch's autograd on the network with all its channels
// (reference/joint_torch.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "auif/joint.h"
#include "auif/model_io.h"
#include "io/safetensors.h"
#include "network/joint_reference.h"
#include "tests/every_variant.h"
#include "tests/gradient_check.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "train/joint/network.h"

namespace auif {
namespace {

const std::string kPython = "/usr/bin/python3";

constexpr int kBatch = 3, kWidth = 53, kHeight = 46;

struct Pair {
  Plane<float> ir, vis;
};

TensorMap Reference(const JointModel& model, const std::vector<Pair>& pairs) {
  const TemporaryFolder folder;
  SaveModel(model, folder / "model.safetensors");
  TensorMap tensors;
  for (const Pair& pair : pairs) {
    for (const auto& [name, image] : {std::pair{"ir", &pair.ir}, std::pair{"vis", &pair.vis}}) {
      Tensor& tensor = tensors[name];
      tensor.shape = {kBatch, kHeight, kWidth};
      for (int y = 0; y < kHeight; ++y) {
        tensor.values.insert(tensor.values.end(), image->Row(y), image->Row(y) + kWidth);
      }
    }
  }
  WriteAll(folder / "pairs.safetensors", SerializeSafetensors({tensors, {}}));
  const RunResult run =
      RunShell("cd " + folder.path().string() + " && " + kPython + " -B " + SourceDir() +
               "/reference/joint_torch.py model.safetensors pairs.safetensors -o out.safetensors");
  EXPECT_EQ(run.code, 0) << run.err;
  if (run.code != 0) return {};
  return ParseSafetensors(ReadAll(folder / "out.safetensors"), "out").tensors;
}

TEST(JointTorchTest, FusedImagesLossAndGradients) {
  if (RunShell(kPython + " -c 'import torch, numpy'").code != 0) {
    GTEST_SKIP() << "needs PyTorch and numpy for " << kPython;
  }
  std::vector<Pair> pairs;
  for (int i = 0; i < kBatch; ++i) {
    pairs.push_back({BlockImage(kWidth, kHeight, 2 * i), BlockImage(kWidth, kHeight, 2 * i + 1)});
  }
  // A model none of whose PReLUs is near its kink, where rounding decides on the slope.
  JointModel model;
  for (std::uint32_t seed = 0;; ++seed) {
    ASSERT_LT(seed, 100);
    model = RandomJointModel(3, 8, seed);
    double kink = 1;
    for (const Pair& pair : pairs) {
      FuseJointReference(model, ReferenceToneCurve(model.tone, pair.ir, pair.vis), pair.ir,
                         pair.vis, &kink);
    }
    if (kink > 5e-6) break;
  }
  const TensorMap expected = Reference(model, pairs);
  ASSERT_FALSE(expected.empty());

  JointTrainingNetwork network(model, {}, kBatch, kWidth, kHeight, 2);
  for (int i = 0; i < kBatch; ++i) {
    network.Sources(i) = {pairs[i].ir, pairs[i].vis};
    JointSurvey survey(model.tone.share);
    survey.Add(pairs[i].ir, pairs[i].vis);
    network.SetCurve(i, MakeToneCurve(model.tone, survey));
  }
  const JointBatchResult& result = network.Step(model, kBatch);
  EXPECT_NEAR(result.losses.total / expected.at("loss").values[0], 1, 1e-5);

  const JointFuser fuser(model);
  for (int i = 0; i < kBatch; ++i) {
    Plane<double> fused(kWidth, kHeight);
    for (int y = 0; y < kHeight; ++y) {
      std::copy_n(&expected.at("fused").values[(i * kHeight + y) * kWidth], kWidth, fused.Row(y));
    }
    // The file's values are rounded to float when they are read.
    EXPECT_LT(RelativeError(FuseJointReference(model, pairs[i].ir, pairs[i].vis), fused), 1e-6);
    EXPECT_LT(RelativeError(fuser.Fuse(pairs[i].ir, pairs[i].vis), fused), 1e-6);
    EXPECT_LT(RelativeError(network.Fused(i), fused), 1e-6);
  }

  JointModel gradient = result.gradient, reference = gradient;
  for (const auto& tensor : Tensors(reference)) {
    if (!tensor.trainable) continue;
    const std::vector<float>& values = expected.at(tensor.name).values;
    ASSERT_EQ(values.size(), tensor.values.size()) << tensor.name;
    std::copy(values.begin(), values.end(), tensor.values.begin());
  }
  for (const auto& [name, error] : GradientErrors(gradient, reference)) {
    EXPECT_LT(error, 1e-4) << name;  // measured: at most 4.6e-5
  }
}

}  // namespace
}  // namespace auif
