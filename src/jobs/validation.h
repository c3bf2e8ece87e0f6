// How well a model fuses, measured by the paper's six metrics.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/method.h"
#include "auif/metrics.h"
#include "auif/model.h"

namespace auif {

// A pair and what the method makes of it, as 8-bit grey files would have them.
FusionResult FuseAs8Bit(const FusionMethod& method, const Image& ir, const Image& vis);

// Pairs to fuse, read once.
class Validation {
 public:
  // Throws Error (kInput) for no pairs, an image that cannot be read or a pair of two sizes. name:
  // of the set, for messages.
  Validation(const std::vector<ImagePair>& pairs, std::string name, int threads);
  // The same of images: as many of each modality, in pairs.
  Validation(std::vector<Image> ir, std::vector<Image> vis, std::string name, int threads);

  const std::string& name() const { return name_; }

  // "EN", "SD", "SF", "VIF", "AG", "SCD": convention auif-paper.
  std::vector<std::string> MetricNames() const;
  // The means of the metrics over the pairs, fused with strategy `add` and rounded to 8 bits.
  std::vector<double> Score(const Model& model) const;

 private:
  struct Pair {
    Image ir, vis;
  };
  void Check(int pair) const;

  std::string name_;
  int threads_;
  Evaluator evaluator_;
  std::vector<Pair> pairs_;
};

}  // namespace auif
