// Scoring files: one fused image, or folders of them, against their sources.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/metrics.h"
#include "jobs/job.h"

namespace auif {

struct EvaluateJob {
  struct Method {
    std::string name;
    std::filesystem::path fused;  // an image or a folder, as the sources are
  };

  std::filesystem::path ir;   // an image or a folder
  std::filesystem::path vis;  // the same; empty: `ir` is a folder that holds both modalities
  std::vector<Method> methods;
  // Nothing: auto, or full where the convention takes files as they are.
  std::optional<SourceRule> ir_range, vis_range;
  // As SourceOptions has it. Nothing: auto, or none where the convention takes files as they are.
  std::optional<std::string> ir_palette;
  PairRules pairs;  // of folders
  // A regular expression whose group captures a pair's name in a fused image's; empty: what is
  // common to all of a folder's names may stand before and behind it.
  std::string fused_match;
  std::string convention{kDefaultConvention};
  std::vector<std::string> metrics;  // none: all that the convention has
  int threads = 0;                   // 0: as many as the machine has

  void Validate() const;  // throws Error (kUsage)
};

// The scores of one method; images that failed are left out.
struct MethodScores {
  std::string name;
  std::vector<std::string> images;  // base names, sorted
  std::vector<Scores> scores;       // one per image
};

struct EvaluateResult {
  JobReport report;  // an item is a fused image
  std::vector<MetricInfo> metrics;
  std::vector<MethodScores> methods;
  std::vector<std::string> notes;  // what the reader of the numbers should know, a line each
};

// All files that the job reads. Throws Error as RunEvaluateJob does before its work.
std::vector<std::filesystem::path> InputFiles(const EvaluateJob& job);

// A fused image belongs to the pair of sources that has its base name (see FindPairs; ignoring
// case); one without such a pair is a failure, a pair without a fused image is only noted.
// Throws Error for what concerns the whole job; what concerns one image is in the report.
EvaluateResult RunEvaluateJob(const EvaluateJob& job, const JobCallback& callback = {});

}  // namespace auif
