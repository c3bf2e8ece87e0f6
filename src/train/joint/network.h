// Joint unrolling in training: the losses of a batch of pairs and their gradients.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "auif/joint_model.h"
#include "kernels/padded_plane.h"
#include "network/joint_tone.h"
#include "train/encoders.h"
#include "train/joint/options.h"
#include "train/pair/pair_loss.h"

namespace auif {

struct JointBatchResult {
  PairLossParts losses;  // means over the pairs
  JointModel gradient;   // dL/dparameter in the place of the parameter; else without meaning
};

class JointTrainingNetwork {
 public:
  // For batches of up to `batch` pairs of width x height pixels. tone, layers, channels: the
  // model's.
  JointTrainingNetwork(const JointModel& model, const PairLossWeights& weights, int batch,
                       int width, int height, int threads);

  // Where the sources of pair i go, in [0, 1].
  std::array<Plane<float>, 2>& Sources(int i) { return pairs_[i].sources; }
  // The tone curve of the images that they are a part of.
  void SetCurve(int i, const ToneCurve& curve) { pairs_[i].curve = curve; }

  // What the loss's hinges want of pair i.
  void SetTargets(int i, const JointTrainOptions::Targets& targets) {
    pairs_[i].loss.SetTargets(targets.sd, targets.sf, targets.scd, targets.mi);
  }

  // The losses and gradients of the first `count` pairs.
  const JointBatchResult& Step(const JointModel& model, int count);
  // The fused image of pair i, of the last Step.
  const Plane<float>& Fused(int i) const { return pairs_[i].fused; }

  // After a Step whose losses or gradients are not finite: where that began.
  std::string NotFiniteAt() const;

 private:
  static constexpr int kMaps = JointDecoder::kMaps;

  struct Pair {
    Pair(const PairLossWeights& weights, int width, int height);
    std::array<Plane<float>, 2> sources;
    ToneCurve curve;
    PaddedPlane closed, least;            // t
    PaddedPlane detail;                   // y_0
    std::array<PaddedPlane, 2> toned;     // A, B; then what they begin with
    std::array<PaddedPlane, kMaps> maps;  // x - 1/2, y, t - 1/2, n - 1/2
    std::array<PaddedPlane, 2> u;
    std::array<PaddedPlane, 2> du;
    PaddedPlane open;  // F before the clip
    Plane<float> fused, gradient;
    PairLoss<float> loss;
    PairLossParts parts;
    std::array<std::array<Kernel5x5, kMaps>, 2> kernel_sums;
    std::array<double, 2> bias_sums;
    double share_sum;
  };

  void Start(int i);
  void Decode(const JointModel& model, int i);
  void DecodeBackward(const JointModel& model, int i, int count);

  int width_, height_;
  TrainingEncoders encoders_;
  std::vector<Pair> pairs_;
  std::array<std::array<ConvPlan, kMaps>, 2> forward_, backward_;
  JointBatchResult result_;
};

// clip of auif/joint_model.h, and its slope.
float SoftClip(float v);
float SoftClipSlope(float v);

}  // namespace auif
