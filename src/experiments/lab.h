// What experiments share: data sets, models, scores, trainings and the files they keep.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "auif/fuse.h"
#include "auif/method.h"
#include "auif/train.h"
#include "experiments/cost.h"
#include "experiments/dataset.h"
#include "experiments/experiment.h"
#include "experiments/parts.h"
#include "experiments/result_store.h"
#include "experiments/section.h"

namespace auif {

struct Trained {
  Model model;
  TrainCurves curves;
  double seconds = 0;  // of the thread that trained it
};

struct KnownModel {
  std::string name;  // for people
  Model model;
};

// Of the same images: the paper's metrics, and those of LookMetrics.
struct BothScores {
  SetScores paper, look;
};
// What tells images that win tables from images that look good: "HK", "NM", "Dark", "Bright", of
// the convention `standard`.
const std::vector<std::string>& LookMetrics();

class Lab {
 public:
  Lab(const ExperimentJob& job, const ExperimentCallback& callback);

  const ExperimentJob& job() const { return job_; }
  const Datasets& datasets() const { return datasets_; }
  const KnownModel& model() const { return model_; }  // the user's, or the built-in one
  int threads() const;

  // Progress: first what there is to do, then what was done. A tick is about as long as another.
  void Begin(const std::string& experiment);
  void Plan(int ticks);
  void Tick(int ticks, const std::string& item);

  // Fuses and scores a set, or finds the scores. One tick where it was planned. name: of the
  // method, for people.
  SetScores Score(const FusionMethod& method, const std::string& name, const Dataset& set,
                  int threads);
  std::optional<SetScores> FindScores(const FusionMethod& method, const Dataset& set) const;
  // The same by both kinds of metrics; what is not found is scored from images that are fused once.
  BothScores ScoreBoth(const FusionMethod& method, const std::string& name, const Dataset& set,
                       int threads);
  bool HasBoth(const FusionMethod& method, const Dataset& set) const;
  // The same for AUIF with a model.
  SetScores Score(const KnownModel& model, const Dataset& set, Strategy strategy, int threads);
  std::optional<SetScores> FindScores(const KnownModel& model, const Dataset& set,
                                      Strategy strategy) const;
  // Both for images fused elsewhere; pairs without one are left out.
  BothScores ScoreFolder(const std::filesystem::path& folder, const Dataset& set);

  // What a pair of a set costs the method, measured now or before. One tick where it was planned.
  MethodCost Cost(const FusionMethod& method, const std::string& name, const Dataset& set,
                  const ImagePair& pair);
  std::optional<MethodCost> FindCost(const FusionMethod& method, const Dataset& set,
                                     const ImagePair& pair) const;

  // Trains, one training per thread, or finds the trained models; `after` is called with each, by
  // its index, on the thread that has it. The first Error ends all.
  void TrainAll(const std::vector<TrainOptions>& options,
                const std::function<void(int, const Trained&)>& after);
  // The model of a training that was finished before.
  std::optional<Trained> FindTrained(const TrainOptions& options);
  // The trainings of `robustness`: seed, seed + 1, ...
  std::vector<TrainOptions> Runs() const;

  // Writes a file below the output folder and lists it in the section.
  void WriteCsv(Section& section, const std::string& name, const std::string& text) const;
  std::filesystem::path Figures() const { return job_.out / "figures"; }

  // Calls work(i) for all i, in this order, on the lab's threads. The first exception stops it.
  void ForAll(int count, const std::function<void(int)>& work) const;

 private:
  struct ScoreKind;
  static const ScoreKind& Paper();
  static const ScoreKind& Look();
  // fused: what stands for the way the images were fused.
  std::optional<SetScores> FindScores(const std::string& fused, const Dataset& set,
                                      const ScoreKind& kind) const;
  std::vector<SetScores> ScoreBy(std::span<const ScoreKind* const> kinds,
                                 const FusionMethod& method, const std::string& name,
                                 const Dataset& set, int threads);
  nlohmann::json TrainInputs(const TrainOptions& options);
  Trained Train(const TrainOptions& options);
  const std::vector<Image>& TrainImages();

  const ExperimentJob& job_;
  const ExperimentCallback& callback_;
  Datasets datasets_;
  KnownModel model_;
  ResultStore store_;
  std::vector<Image> train_images_;
  std::mutex mutex_;
  std::string experiment_;
  JobProgress progress_;
};

// "7.4644": as the paper's Table 3 prints.
std::string FourDigits(double value);
std::string CsvNumber(double value);  // 12 digits; empty for NaN

}  // namespace auif
