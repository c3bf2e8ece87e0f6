#include "experiments/lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/metrics.h"
#include "auif/model_io.h"
#include "auif/version.h"
#include "base/fingerprint.h"
#include "base/parallel.h"
#include "experiments/published.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "io/source_reader.h"
#include "jobs/evaluate_job.h"
#include "jobs/validation.h"
#include "methods/auif.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<double> Values(const Scores& scores) {
  std::vector<double> values;
  for (const auto& score : scores) values.push_back(score.value_or(std::nan("")));
  return values;
}

Json ScoreInputs(const std::string& fused, const Dataset& set, const std::string& convention) {
  return {
      {"fused", fused}, {"set", set.content}, {"convention", convention}, {"version", Version()}};
}

Json CostInputs(const FusionMethod& method, const Dataset& set, const ImagePair& pair) {
  return {{"fused", method.Content()},
          {"set", set.content},
          {"pair", pair.name},
          {"version", Version()}};
}

std::vector<std::string> PairNames(const Dataset& set) {
  std::vector<std::string> names;
  for (const ImagePair& pair : set.pairs) names.push_back(pair.name);
  return names;
}

// Pairs are fused side by side, each on one thread.
FuseOptions OnOneThread(Strategy strategy) {
  FuseOptions options;
  options.strategy = strategy;
  options.threads = 1;
  return options;
}

}  // namespace

std::string FourDigits(double value) {
  return std::isnan(value) ? "undefined" : fmt::format("{:.4f}", value);
}

std::string CsvNumber(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{:.12g}", value);
}

Lab::Lab(const ExperimentJob& job, const ExperimentCallback& callback)
    : job_(job),
      callback_(callback),
      datasets_(OpenDatasets(job.data, job.datasets)),
      model_(job.model ? KnownModel{job.model->filename().string(), LoadModel(*job.model)}
                       : KnownModel{"the built-in model", DefaultModel()}),
      store_(job.out / "parts") {
  MakeFolder(Figures());
}

int Lab::threads() const { return ThreadCount(job_.threads); }

void Lab::Begin(const std::string& experiment) {
  experiment_ = experiment;
  progress_ = {};
}

void Lab::Plan(int ticks) { progress_.total += ticks; }

void Lab::Tick(int ticks, const std::string& item) {
  const std::scoped_lock lock(mutex_);
  if (progress_.total == 0) return;  // nothing was planned: it was all there
  progress_.done = std::min(progress_.done + ticks, progress_.total);
  progress_.item = item;
  if (callback_) callback_(experiment_, progress_);
}

const std::vector<std::string>& LookMetrics() {
  static const std::vector<std::string> metrics = {"HK", "NM", "Dark", "Bright"};
  return metrics;
}

// What images are scored by, and the name of its parts.
struct Lab::ScoreKind {
  const char *part, *convention;
  const std::vector<std::string>& metrics;
};

const Lab::ScoreKind& Lab::Paper() {
  static const ScoreKind kind{"scores", "auif-paper", PaperMetrics()};
  return kind;
}

const Lab::ScoreKind& Lab::Look() {
  static const ScoreKind kind{"looks", "standard", LookMetrics()};
  return kind;
}

std::optional<SetScores> Lab::FindScores(const std::string& fused, const Dataset& set,
                                         const ScoreKind& kind) const {
  return ScoresFrom(store_.Find(kind.part, ScoreInputs(fused, set, kind.convention)),
                    PairNames(set), kind.metrics);
}

std::optional<SetScores> Lab::FindScores(const FusionMethod& method, const Dataset& set) const {
  return FindScores(method.Content(), set, Paper());
}

bool Lab::HasBoth(const FusionMethod& method, const Dataset& set) const {
  return FindScores(method, set) && FindScores(method.Content(), set, Look());
}

std::vector<SetScores> Lab::ScoreBy(std::span<const ScoreKind* const> kinds,
                                    const FusionMethod& method, const std::string& name,
                                    const Dataset& set, int threads) {
  const std::string fused = method.Content();
  std::vector<SetScores> scores(kinds.size());
  std::vector<std::size_t> missing;
  std::vector<Evaluator> evaluators;  // of those that are missing
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (auto kept = FindScores(fused, set, *kinds[k])) {
      scores[k] = std::move(*kept);
      continue;
    }
    missing.push_back(k);
    evaluators.emplace_back(kinds[k]->convention, kinds[k]->metrics);
    scores[k] = {PairNames(set), std::vector<std::vector<double>>(set.pairs.size()),
                 kinds[k]->metrics};
  }
  if (missing.empty()) return scores;
  // An image is fused once: the other kinds score it on its way to the first.
  const auto load = [&](std::size_t i) {
    const ImagePair& pair = set.pairs[i];
    const Image ir = ReadSource(pair.ir, Modality::kInfrared),
                vis = ReadSource(pair.vis, Modality::kVisible);
    try {
      FusionResult result = FuseAs8Bit(method, ir, vis);
      for (std::size_t k = 1; k < missing.size(); ++k) {
        scores[missing[k]].values[i] =
            Values(evaluators[k].Score(result.ir, result.vis, result.fused));
      }
      return result;
    } catch (const Error& error) {
      throw Error(error.kind(), error.message(), pair.ir.string(), error.hint());
    }
  };
  const auto rows = evaluators.front().ScoreMany(set.pairs.size(), load, threads);
  std::transform(rows.begin(), rows.end(), scores[missing.front()].values.begin(), Values);
  for (const std::size_t k : missing) {
    store_.Keep(kinds[k]->part, ScoreInputs(fused, set, kinds[k]->convention), ToJson(scores[k]));
  }
  Tick(1, fmt::format("{}: {}", set.title, name));
  return scores;
}

SetScores Lab::Score(const FusionMethod& method, const std::string& name, const Dataset& set,
                     int threads) {
  const ScoreKind* const kinds[] = {&Paper()};
  return std::move(ScoreBy(kinds, method, name, set, threads).front());
}

BothScores Lab::ScoreBoth(const FusionMethod& method, const std::string& name, const Dataset& set,
                          int threads) {
  const ScoreKind* const kinds[] = {&Paper(), &Look()};
  std::vector<SetScores> scores = ScoreBy(kinds, method, name, set, threads);
  return {std::move(scores[0]), std::move(scores[1])};
}

std::optional<SetScores> Lab::FindScores(const KnownModel& model, const Dataset& set,
                                         Strategy strategy) const {
  return FindScores(AuifContent(model.model, OnOneThread(strategy)), set, Paper());
}

SetScores Lab::Score(const KnownModel& model, const Dataset& set, Strategy strategy, int threads) {
  if (auto kept = FindScores(model, set, strategy)) return *kept;
  return Score(*AuifMethod(model.model, OnOneThread(strategy)),
               fmt::format("{} by {}", Name(strategy), model.name), set, threads);
}

std::optional<MethodCost> Lab::FindCost(const FusionMethod& method, const Dataset& set,
                                        const ImagePair& pair) const {
  return CostFrom(store_.Find("cost", CostInputs(method, set, pair)));
}

MethodCost Lab::Cost(const FusionMethod& method, const std::string& name, const Dataset& set,
                     const ImagePair& pair) {
  if (const auto kept = FindCost(method, set, pair)) return *kept;
  const Plane<float> ir = UnitGrey(ReadSource(pair.ir, Modality::kInfrared)),
                     vis = UnitGrey(ReadSource(pair.vis, Modality::kVisible));
  const MethodCost cost = MeasureCost(method, ir, vis);
  store_.Keep("cost", CostInputs(method, set, pair), ToJson(cost));
  Tick(1, "cost: " + name);
  return cost;
}

BothScores Lab::ScoreFolder(const fs::path& folder, const Dataset& set) {
  Fingerprint content;
  std::vector<std::string> images;
  for (const fs::path& path : ListImages(folder)) {
    content.Add(path.filename().string()).Add(ReadFile(path));
    images.push_back(path.stem().string());
  }
  const auto score = [&](const ScoreKind& kind) {
    const Json inputs = ScoreInputs("folder " + content.Text(), set, kind.convention);
    if (auto kept = ScoresFrom(store_.Find(kind.part, inputs), images, kind.metrics)) return *kept;
    EvaluateJob job;
    job.ir = set.ir;
    job.vis = set.vis;
    job.methods = {{"fused", folder}};
    job.convention = kind.convention;
    job.metrics = kind.metrics;
    job.threads = threads();
    const EvaluateResult result = RunEvaluateJob(job);
    if (!result.report.failures.empty()) {
      throw Error(ErrorKind::kInput, result.report.failures.front().message);
    }
    SetScores scores{result.methods.front().images, {}, kind.metrics};
    for (const Scores& row : result.methods.front().scores) scores.values.push_back(Values(row));
    store_.Keep(kind.part, inputs, ToJson(scores));
    return scores;
  };
  return {score(Paper()), score(Look())};
}

std::vector<TrainOptions> Lab::Runs() const {
  std::vector<TrainOptions> runs(static_cast<std::size_t>(job_.runs), job_.train);
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i].seed = job_.train.seed + i;
  return runs;
}

void Lab::WriteCsv(Section& section, const std::string& name, const std::string& text) const {
  WriteFileAtomically(job_.out / name, text);
  section.files.push_back(name);
}

void Lab::ForAll(int count, const std::function<void(int)>& work) const {
  // In order, so that the longest may stand first.
  std::atomic<int> next = 0;
  ParallelFor(threads(), threads(), [&](int) {
    try {
      for (int i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;  // the others finish what they are at
      throw;
    }
  });
}

}  // namespace auif
