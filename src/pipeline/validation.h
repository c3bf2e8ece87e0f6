// How well a model fuses, said by the paper's six metrics.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "auif/metrics.h"
#include "auif/model.h"

namespace auif {

// Pairs to fuse, read once.
class Validation {
 public:
  // data: as for FuseJob. Throws Error (kInput) for a folder without pairs, a picture that cannot
  // be read or a pair of two sizes.
  Validation(const std::filesystem::path& data, int threads);

  // "EN", "SD", "SF", "VIF", "AG", "SCD": convention auif-paper.
  std::vector<std::string> MetricNames() const;
  // The means of the metrics over the pairs, fused with strategy `add` and rounded to 8 bits.
  std::vector<double> Score(const Model& model) const;

 private:
  struct Pair {
    Plane<float> ir, vis;
  };
  int threads_;
  Evaluator evaluator_;
  std::vector<Pair> pairs_;
};

}  // namespace auif
