// Gradients of joint unrolling's training loss with nothing collapsed, in double, for tests.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "auif/joint_model.h"
#include "auif/plane.h"
#include "network/joint_tone.h"
#include "train/pair/pair_loss.h"

namespace auif::reference {

struct JointPair {
  Plane<float> ir, vis;
  ToneCurve curve;
};

// dL/dvalue of one value of a tensor.
struct Derivative {
  std::string tensor;
  int index = 0;
  double value = 0;
};
struct JointResult {
  PairLossParts losses;      // means over the pairs
  double kink_distance = 0;  // of FuseJointReference, the smallest of all pairs
  std::vector<Plane<double>> fused;
  // Of every trainable tensor, its values 0, step, 2 step, ...
  std::vector<Derivative> derivatives;
};

// dL/dF of PairLoss<double>, some of whose terms define their own gradient, times central
// differences of F.
JointResult RunJointBatch(const JointModel& model, const PairLossWeights& weights,
                          const std::vector<JointPair>& pairs, int step);

}  // namespace auif::reference
