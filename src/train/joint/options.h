// Options of training joint unrolling.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "auif/image.h"
#include "auif/joint_model.h"
#include "train/pair/pair_loss.h"

namespace auif {

// The defaults are those that the built-in joint model was trained with.
struct JointTrainOptions {
  int layers = 10, channels = 64;
  JointTone tone;
  PairLossWeights loss = {.vif = 0.2,
                          .qabf = 14,
                          .ssim = 13,
                          .sd = 12,
                          .sd_target = 1.28,
                          .sf = 6,
                          .sf_target = 1.45,
                          .scd = 5,
                          .scd_target = 1.82,
                          .mi = 14,
                          .mi_target = 0.8,
                          .dark = 200};
  int steps = 2400;
  int batch = 8;             // pairs a step
  int crop = 128;            // pixels
  double lr = 5e-3;          // falls by half a cosine to a fiftieth
  int warm_up = 30;          // steps in which it rises
  double most_gradient = 5;  // a gradient's norm is cut to it
  double averaged = 0.2;     // the last steps' share whose weights are averaged
  // How often a pair is made to look like one of night, and like one of a soft and noisy camera.
  double night = 0.25, soft = 0.35;
  // Such pairs have targets of their own for what `loss` has one for.
  struct Targets {
    double sd, sf, scd, mi;
  };
  Targets night_targets = {1.24, 1.13, 1.67, 1.02}, soft_targets = {1.15, 1.28, 1.77, 1.05};
  double swapped = 0.2;  // how often the sources change places
  std::uint64_t seed = 0;
  int threads = 0;  // 0: as many as the machine has; the bits are the same for any number

  // One of the numbers above, of `loss` or of `tone` by its name, such as "ssim" or "sd_target".
  // Throws Error (kUsage) for another name or a value outside its range.
  void Set(const std::string& name, double value);
  void Validate() const;  // throws Error (kUsage)
  // Everything but `threads`, as text by name: what makes the result.
  std::map<std::string, std::string> Text() const;
};

// A registered pair, grey, 8 bits, of one size.
struct TrainingPair {
  Plane<std::uint8_t> ir, vis;
};

struct JointTrainProgress {
  int step = 0, steps = 0;  // from 1
  PairLossParts losses;     // of the step, before its update
};
// Returns false to stop after this step.
using JointTrainCallback = std::function<bool(const JointTrainProgress&)>;

struct JointTrainResult {
  JointModel model;
  bool stopped = false;
};

// An untrained model: the state in which training starts.
JointModel InitialJointModel(const JointTrainOptions& options);

// Trains on crops of the pairs. Throws Error: kUsage for options or where the loss or a gradient is
// no longer finite; kInput for a pair that is smaller than the crop or of two sizes, and for none.
JointTrainResult TrainJoint(const std::vector<TrainingPair>& pairs,
                            const JointTrainOptions& options,
                            const JointTrainCallback& callback = {});

}  // namespace auif
