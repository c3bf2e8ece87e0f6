// Training joint unrolling from a folder of pairs into a model file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auif/io.h"
#include "train/joint/options.h"

namespace auif {

struct JointTrainJob {
  std::filesystem::path data;  // a folder of pairs as for FuseJob
  std::filesystem::path out;   // the model file
  // Every hold_out-th pair, in the order of their names, is not trained with; 0: all are.
  int hold_out = 0;
  // A text file with the names of pairs that are not trained with, a line each; counted before
  // hold_out. For sets that share pairs with a test set.
  std::optional<std::filesystem::path> leave_out;
  JointTrainOptions options;

  void Validate() const;  // throws Error (kUsage)
};

struct JointTrainReport {
  int pairs = 0;
  PairLossParts losses;  // means over the last tenth of the steps
  bool stopped = false;  // by the callback; then no model was written
};

// Throws Error: what TrainJoint throws; kInput for a folder without pairs, a name to leave out that
// is none of a pair, and images that cannot be read; kOutput where the model cannot be written.
JointTrainReport RunJointTrainJob(const JointTrainJob& job,
                                  const JointTrainCallback& callback = {});

}  // namespace auif
