#include "jobs/validation.h"

#include <cmath>

#include "auif/error.h"
#include "base/parallel.h"
#include "io/source_reader.h"
#include "methods/auif.h"
#include "network/fuse_options.h"

namespace auif {

FusionResult FuseAs8Bit(const FusionMethod& method, const Image& ir, const Image& vis) {
  const auto rounded = [](Plane<float> levels) {
    return Image(std::move(levels)).As(SampleType::kUint8);
  };
  Plane<float> ir_grey = UnitGrey(ir), vis_grey = UnitGrey(vis);
  Plane<float> fused = method.Fuse(ir_grey, vis_grey);
  return {rounded(std::move(ir_grey)), rounded(std::move(vis_grey)), rounded(std::move(fused))};
}

Validation::Validation(const std::vector<ImagePair>& pairs, std::string name, int threads)
    : name_(std::move(name)), threads_(threads), evaluator_("auif-paper") {
  if (pairs.empty()) throw Error(ErrorKind::kInput, "has no pairs to validate with", name_);
  pairs_.resize(pairs.size());
  ParallelFor(static_cast<int>(pairs_.size()), threads, [&](int i) {
    pairs_[i] = {ReadSource(pairs[i].ir, Modality::kInfrared),
                 ReadSource(pairs[i].vis, Modality::kVisible)};
    Check(i);
  });
}

Validation::Validation(std::vector<Image> ir, std::vector<Image> vis, std::string name, int threads)
    : name_(std::move(name)), threads_(threads), evaluator_("auif-paper") {
  if (ir.empty() || ir.size() != vis.size()) {
    throw Error(ErrorKind::kInput, "has no pairs to validate with", name_);
  }
  for (std::size_t i = 0; i < ir.size(); ++i) {
    pairs_.push_back({std::move(ir[i]), std::move(vis[i])});
    Check(static_cast<int>(i));
  }
}

void Validation::Check(int pair) const {
  const auto& [ir, vis] = pairs_[static_cast<std::size_t>(pair)];
  try {
    CheckPair(ir.size(), vis.size());
  } catch (const Error& error) {
    throw Error(error.kind(), error.message(), vis.source(), error.hint());
  }
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
      [&](std::size_t i) { return FuseAs8Bit(*method, pairs_[i].ir, pairs_[i].vis); }, threads_);
  std::vector<double> means;
  for (const MetricMean& mean : MeanScores(scores)) means.push_back(mean.mean.value_or(NAN));
  return means;
}

}  // namespace auif
