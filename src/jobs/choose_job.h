// Trains a model several times and keeps the one that fuses best on validation pairs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "jobs/choose_rule.h"
#include "jobs/train_job.h"

namespace auif {

struct ChooseJob {
  TrainJob train;  // its seed is the first one's; `out` gets the chosen model
  int runs = 1;    // of seeds one after the other
  std::filesystem::path rule;
  // Folder of the candidates and their scores (SEED.safetensors, SEED.json): those that are there
  // are not trained or scored again.
  std::filesystem::path candidates;

  void Validate() const;  // throws Error (kUsage)
};

struct Candidate {
  std::uint64_t seed = 0;
  double gain = 1, bias = 0;
  ChooseScore score;
  // Of the model as it was trained: the six metrics' means on each set of the rule.
  std::vector<std::vector<double>> means;
};

// Called after every candidate, also after those that were there.
using CandidateCallback = std::function<bool(const Candidate&)>;

struct ChooseReport {
  std::vector<Candidate> candidates;  // the best first
  bool stopped = false;
};

// Trains, calibrates gain and bias of each candidate by the rule, and writes the best model with
// them folded in. Throws Error as RunTrainJob and ReadChooseRule do.
ChooseReport RunChooseJob(const ChooseJob& job, const TrainCallback& step,
                          const CandidateCallback& done);

}  // namespace auif
