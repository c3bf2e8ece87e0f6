#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "auif/error.h"
#include "base/parallel.h"
#include "base/size.h"
#include "base/text.h"
#include "train/adam.h"
#include "train/joint/network.h"
#include "train/joint/options.h"
#include "train/joint/sample.h"

namespace auif {
namespace {

void CheckPairs(const std::vector<TrainingPair>& pairs, const JointTrainOptions& options) {
  if (pairs.empty()) throw Error(ErrorKind::kInput, "there are no pairs to train with");
  for (const TrainingPair& pair : pairs) {
    if (pair.ir.size() != pair.vis.size() || pair.ir.width() < options.crop ||
        pair.ir.height() < options.crop) {
      throw Error(ErrorKind::kInput,
                  "a pair of " + ToString(pair.ir.size()) + " and " + ToString(pair.vis.size()) +
                      " pixels does not fit",
                  "",
                  "both must be of one size and no smaller than a crop of " +
                      std::to_string(options.crop) + " pixels");
    }
  }
}

JointTrainOptions::Targets TargetsOf(const JointTrainOptions& options, PairSample::Kind kind) {
  if (kind == PairSample::Kind::kNight) return options.night_targets;
  if (kind == PairSample::Kind::kSoft) return options.soft_targets;
  return {options.loss.sd_target, options.loss.sf_target, options.loss.scd_target,
          options.loss.mi_target};
}

// The rate of a step, counted from 0.
double Rate(const JointTrainOptions& options, int step) {
  constexpr double kLeast = 0.02;
  const double done = static_cast<double>(step) / options.steps;
  const double fall = kLeast + (1 - kLeast) * 0.5 * (1 + std::cos(std::numbers::pi * done));
  return options.lr * std::min(1.0, (step + 1.0) / std::max(options.warm_up, 1)) * fall;
}

// Scales the gradient to the largest norm that is allowed.
void Limit(double most, JointModel* gradient) {
  double squares = 0;
  const auto tensors = Tensors(*gradient);
  for (const auto& tensor : tensors) {
    if (!tensor.trainable) continue;
    for (const float value : tensor.values) squares += double{value} * value;
  }
  const double norm = std::sqrt(squares);
  if (norm <= most) return;
  for (const auto& tensor : tensors) {
    for (float& value : tensor.values) value = static_cast<float>(value * most / norm);
  }
}

// The mean of the weights of several steps.
class WeightMean {
 public:
  void Add(const JointModel& model) {
    std::size_t at = 0;
    for (const auto& tensor : Tensors(model)) {
      for (const float value : tensor.values) {
        if (at == sums_.size()) sums_.push_back(0);
        sums_[at++] += value;
      }
    }
    ++count_;
  }
  void Write(JointModel* model) const {
    if (count_ == 0) return;
    std::size_t at = 0;
    for (const auto& tensor : Tensors(*model)) {
      for (float& value : tensor.values) {
        const double mean = sums_[at++] / count_;
        if (tensor.trainable) value = static_cast<float>(mean);
      }
    }
  }

 private:
  std::vector<double> sums_;
  int count_ = 0;
};

}  // namespace

JointModel InitialJointModel(const JointTrainOptions& options) {
  options.Validate();
  JointModel model = EmptyJointModel(options.layers, options.channels);
  model.tone = options.tone;
  for (int e = 0; e < 2; ++e) {
    Encoder& encoder = e == 0 ? model.base : model.detail;
    for (int l = 0; l < options.layers; ++l) {
      RandomSequence random = {options.seed, kStartValues, static_cast<std::uint64_t>(e),
                               static_cast<std::uint64_t>(l)};
      Layer& layer = encoder.layers[l];
      // As PyTorch's Conv2d starts.
      const double bound1 = 1.0 / 3, bound2 = 1 / std::sqrt(9.0 * options.channels);
      for (float& tap : layer.conv1) tap = static_cast<float>(random.Uniform(-bound1, bound1));
      for (float& tap : layer.conv2) tap = static_cast<float>(random.Uniform(-bound2, bound2));
      layer.eta = static_cast<float>(random.Normal(0.1, 0.03));
      layer.theta = 0.3F;
      layer.prelu = 0.8F;
    }
  }
  RandomSequence random = {options.seed, kStartValues, 2};
  for (auto& kernels : model.decoder.kernels) {
    for (auto& kernel : kernels) {
      for (float& tap : kernel) tap = static_cast<float>(random.Normal(0, 0.02));
    }
  }
  model.decoder.share = 0.25F;
  return model;
}

JointTrainResult TrainJoint(const std::vector<TrainingPair>& pairs,
                            const JointTrainOptions& options, const JointTrainCallback& callback) {
  options.Validate();
  CheckPairs(pairs, options);
  std::vector<PairMoments> moments(pairs.size());
  ParallelFor(static_cast<int>(pairs.size()), options.threads,
              [&](int i) { moments[i] = MomentsOf(pairs[i]); });

  JointTrainResult result;
  JointModel& model = result.model = InitialJointModel(options);
  JointModel first = EmptyJointModel(options.layers, options.channels);
  for (const auto& tensor : Tensors(first)) std::ranges::fill(tensor.values, 0.0F);
  JointModel second = first;
  JointTrainingNetwork network(model, options.loss, options.batch, options.crop, options.crop,
                               options.threads);
  WeightMean mean;
  for (int step = 0; step < options.steps; ++step) {
    ParallelFor(options.batch, options.threads, [&](int i) {
      RandomSequence random = {options.seed, kCropping, static_cast<std::uint64_t>(step),
                               static_cast<std::uint64_t>(i)};
      const int index = random.Below(static_cast<int>(pairs.size()));
      const PairSample sample = DrawSample(options, pairs[index], moments[index], &random);
      network.SetTargets(i, TargetsOf(options, sample.kind));
      network.SetCurve(i, CurveOf(pairs[index], sample, model.tone));
      CutSample(pairs[index], sample, &random, &network.Sources(i));
    });
    JointBatchResult batch = network.Step(model, options.batch);
    const bool finite =
        std::isfinite(batch.losses.total) && AllFinite(Tensors(std::as_const(batch.gradient)));
    if (!finite) {
      throw Error(ErrorKind::kUsage,
                  "training left the finite numbers in step " + std::to_string(step + 1) +
                      "; it began at " + network.NotFiniteAt(),
                  "", "try a lower learning rate or another seed");
    }
    Limit(options.most_gradient, &batch.gradient);
    const double rate = Rate(options, step);
    AdamStep(Tensors(std::as_const(batch.gradient)), step + 1, rate, rate, Tensors(model),
             Tensors(first), Tensors(second));
    if (step >= (1 - options.averaged) * options.steps) mean.Add(model);
    if (callback && !callback({step + 1, options.steps, batch.losses})) {
      result.stopped = step + 1 < options.steps;
      break;
    }
  }
  if (!result.stopped) mean.Write(&model);
  for (const auto& [name, text] : options.Text()) model.metadata["training." + name] = text;
  return result;
}

}  // namespace auif
