#include "jobs/validation.h"

#include <cmath>

#include "auif/error.h"
#include "base/parallel.h"
#include "methods/auif.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

// The values that an 8-bit file of these levels has.
Image Grey8(Plane<float> levels) { return Image(std::move(levels)).As(SampleType::kUint8); }

}  // namespace

Validation::Validation(const std::vector<ImagePair>& pairs, std::string name, int threads)
    : name_(std::move(name)), threads_(threads), evaluator_("auif-paper") {
  if (pairs.empty()) throw Error(ErrorKind::kInput, "has no pairs to validate with", name_);
  pairs_.resize(pairs.size());
  ParallelFor(static_cast<int>(pairs_.size()), threads, [&](int i) {
    pairs_[i] = {ReadImage(pairs[i].ir), ReadImage(pairs[i].vis)};
    try {
      CheckPair(pairs_[i].ir.size(), pairs_[i].vis.size());
    } catch (const Error& error) {
      throw Error(error.kind(), error.message(), pairs[i].vis.string(), error.hint());
    }
  });
}

std::vector<std::string> Validation::MetricNames() const {
  std::vector<std::string> names;
  for (const MetricInfo& metric : evaluator_.metrics()) names.push_back(metric.name);
  return names;
}

std::vector<double> Validation::Score(const Model& model) const {
  FuseOptions options;
  options.threads = 1;  // each image is scored on a thread of its own
  const std::unique_ptr<FusionMethod> method = AuifMethod(model, options);
  const std::vector<Scores> scores = evaluator_.ScoreMany(
      pairs_.size(),
      [&](std::size_t i) {
        const Pair& pair = pairs_[i];
        return FusionResult{Grey8(pair.ir.Grey()), Grey8(pair.vis.Grey()),
                            Grey8(method->Fuse(pair.ir.Grey(), pair.vis.Grey()))};
      },
      threads_);
  std::vector<double> means;
  for (const MetricMean& mean : MeanScores(scores)) means.push_back(mean.mean.value_or(NAN));
  return means;
}

}  // namespace auif
