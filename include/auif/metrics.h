// Scoring fused images against their sources with the metrics of the literature.
//
// The same metric has many published implementations, which give different numbers for one image.
// A convention is one of them by name: which metrics it has, what it calls them, and what it
// chooses wherever implementations differ. docs/metrics.md explains them all.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auif/export.h"
#include "auif/image.h"

namespace auif {

enum class Direction { kHigherIsBetter, kLowerIsBetter };

// One metric as one convention has it.
struct MetricInfo {
  std::string name;   // the convention's name: "Avg_gradient"
  std::string id;     // the same in every convention: "AG"
  std::string title;  // "average gradient"
  std::string unit;   // "bits"; empty for a pure number
  std::string range;  // "0 .. 8"
  Direction direction = Direction::kHigherIsBetter;
  std::string choices;  // what this convention chose
};

struct ConventionInfo {
  std::string name;                 // "auif-paper"
  std::string summary;              // whose numbers it gives
  std::string grey;                 // what it does with colour
  std::vector<MetricInfo> metrics;  // in the order of its tables
  // Whether sources of more than 8 bits count in the whole range of their type, as the published
  // program reads them, however little of it they fill.
  bool full_range = false;
};

inline constexpr std::string_view kDefaultConvention = "standard";

AUIF_API const std::vector<ConventionInfo>& Conventions();
// By name; throws Error (kUsage), listing the names, for any other.
AUIF_API const ConventionInfo& FindConvention(std::string_view name);

// The values of one image in the order of Evaluator::metrics(); empty where the metric is
// undefined for the image (its header in src/metrics says when).
using Scores = std::vector<std::optional<double>>;

struct FusionResult {
  Image ir, vis, fused;
};

// The mean of one metric over the images for which it is defined.
struct MetricMean {
  std::optional<double> mean;  // empty where no image has a value
  int defined = 0;             // images that count
  int undefined = 0;           // images left out
};

// Scores images with some metrics of one convention. All methods are const and may be called from
// several threads at once. The same images give the same bits for any number of threads.
class AUIF_API Evaluator {
 public:
  // metrics: names or ids, upper or lower case; none means all that the convention has. Throws
  // Error (kUsage) for a name that the convention does not have.
  explicit Evaluator(std::string_view convention = kDefaultConvention,
                     std::span<const std::string> metrics = {});

  const ConventionInfo& convention() const { return *convention_; }
  const std::vector<MetricInfo>& metrics() const { return metrics_; }

  // Values are seen on a scale of 0..255 whatever the type and range of the samples, and not
  // rounded. Three channels count as colour even where they are equal. Throws Error (kInput) for an
  // empty image and where the sizes differ.
  Scores Score(const Image& ir, const Image& vis, const Image& fused) const;

  // Scores `count` images on `threads` threads (0: as many as the machine has). `load` gives the
  // image of an index and `done`, where given, is called with its scores; both are called on those
  // threads, `done` by one at a time. At most one image per thread is in memory. The first
  // exception that either throws, by index, ends the run.
  std::vector<Scores> ScoreMany(
      std::size_t count, const std::function<FusionResult(std::size_t)>& load, int threads = 0,
      const std::function<void(std::size_t, const Scores&)>& done = {}) const;

 private:
  const ConventionInfo* convention_;
  std::vector<std::size_t> columns_;  // of the convention's table
  std::vector<MetricInfo> metrics_;
};

// The mean of every metric; all scores must come from one evaluator.
AUIF_API std::vector<MetricMean> MeanScores(std::span<const Scores> scores);

}  // namespace auif
