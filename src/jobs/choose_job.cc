#include "jobs/choose_job.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <utility>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "base/fingerprint.h"
#include "base/text.h"
#include "image/resample.h"
#include "image/source_tone.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "io/source_reader.h"
#include "jobs/validation.h"
#include "train/calibrate.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Mean and standard deviation over the pixels of many images, on the scale of 255.
struct Moments {
  double sum = 0, squares = 0, count = 0;

  void Add(const Plane<float>& levels) {
    for (int y = 0; y < levels.height(); ++y) {
      for (int x = 0; x < levels.width(); ++x) {
        const double value = 255.0 * levels.Row(y)[x];
        sum += value;
        squares += value * value;
      }
    }
    count += static_cast<double>(levels.width()) * levels.height();
  }
  double mean() const { return sum / count; }
  double deviation() const { return std::sqrt(std::max(0.0, squares / count - mean() * mean())); }
};

// One modality of a set, made to look like another camera's.
void Disguise(std::vector<Image>& images, double scale, const std::optional<LookAlike>& look,
              std::uint64_t seed) {
  for (Image& image : images) {
    Plane<float> levels = UnitGrey(image);
    image = Image(std::move(levels), image.source());
    if (scale == 1) continue;
    const auto scaled = [&](int length) {
      return std::max(1, static_cast<int>(std::lround(scale * length)));
    };
    image = Resampled(image, {scaled(image.width()), scaled(image.height())});
  }
  if (!look) return;
  Moments moments;
  for (const Image& image : images) moments.Add(image.Grey());
  const double gain = look->deviation / std::max(moments.deviation(), 1e-6);
  std::mt19937_64 random(seed);
  // Of twelve uniform numbers, as std::normal_distribution differs between libraries.
  const auto normal = [&] {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random() >> 11) * 0x1p-53;
    return sum;
  };
  for (Image& image : images) {
    Plane<float> levels = image.Grey();
    for (int y = 0; y < levels.height(); ++y) {
      for (int x = 0; x < levels.width(); ++x) {
        const double value = (255.0 * levels.Row(y)[x] - moments.mean()) * gain + look->mean +
                             look->noise * normal();
        levels.Row(y)[x] = static_cast<float>(std::clamp(value / 255, 0.0, 1.0));
      }
    }
    image = Image(std::move(levels), image.source()).As(SampleType::kUint8);
  }
}

constexpr const char* kHeldOut = "held out";  // the name of that set

fs::path FolderOf(const std::string& set, const ChooseJob& job) {
  for (const fs::path& folder : job.train.validation) {
    const fs::path name =
        folder.has_filename() ? folder.filename() : folder.parent_path().filename();
    if (name == set) return folder;
  }
  throw Error(ErrorKind::kUsage, "asks for a set '" + set + "'", job.rule.string(),
              "give its folder with --val");
}

// The sets of a rule, read once.
class Judge {
 public:
  Judge(const ChooseRule& rule, const ChooseJob& job, const std::vector<ImagePair>& held_out)
      : rule_(rule) {
    for (const ChooseCells& cells : rule.cells) {
      for (const ChooseSet& set : cells.sets) {
        const std::vector<ImagePair> pairs =
            set.pairs == kHeldOut ? held_out : FindPairs(FolderOf(set.pairs, job)).pairs;
        std::vector<Image> ir, vis;
        for (const ImagePair& pair : pairs) {
          ir.push_back(ReadSource(pair.ir, Modality::kInfrared));
          vis.push_back(ReadSource(pair.vis, Modality::kVisible));
        }
        Disguise(ir, set.scale, set.infrared, 1);
        Disguise(vis, set.scale, set.visible, 2);
        sets_.emplace_back(std::move(ir), std::move(vis), set.pairs, job.train.options.threads);
      }
    }
  }

  // The six metrics' means on each set, in the rule's order.
  std::vector<std::vector<double>> Means(const Model& model) const {
    std::vector<std::vector<double>> means;
    for (const Validation& set : sets_) means.push_back(set.Score(model));
    return means;
  }

  ChooseScore Score(const std::vector<std::vector<double>>& means) const {
    std::vector<double> ratios;
    std::size_t next = 0;
    for (const ChooseCells& cells : rule_.cells) {
      std::array<double, 6> sums = {};
      for (const ChooseSet& set : cells.sets) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += means[next][i] / set.target[i];
        ++next;
      }
      for (const double sum : sums) ratios.push_back(sum / static_cast<double>(cells.sets.size()));
    }
    return ScoreOf(std::move(ratios));
  }

  // Gain and bias in turns, each the best of the rule's values beside the other, until neither
  // changes.
  Candidate Calibrate(const Model& model, std::uint64_t seed) const {
    Candidate best{seed, 1, 0, {}, Means(model)};
    best.score = Score(best.means);
    std::set<std::pair<double, double>> tried = {{1, 0}};
    const auto attempt = [&](double gain, double bias) {
      if (!tried.insert({gain, bias}).second) return;
      ChooseScore score = Score(Means(Calibrated(model, gain, bias)));
      if (!(best.score < score)) return;
      best.gain = gain;
      best.bias = bias;
      best.score = std::move(score);
    };
    for (std::size_t before = 0; before != tried.size();) {
      before = tried.size();
      const double bias = best.bias;
      for (const double gain : rule_.gain.Values()) attempt(gain, bias);
      const double gain = best.gain;
      for (const double bias : rule_.bias.Values()) attempt(gain, bias);
    }
    return best;
  }

 private:
  const ChooseRule& rule_;
  std::vector<Validation> sets_;
};

Json ToJson(const Candidate& candidate, const std::string& rule) {
  return {{"seed", candidate.seed},          {"gain", candidate.gain},
          {"bias", candidate.bias},          {"ratios", candidate.score.ratios},
          {"uncalibrated", candidate.means}, {"rule", rule}};
}

// A candidate's kept scores, where they are whole and by this rule.
std::optional<Candidate> Kept(const fs::path& path, const std::string& rule, std::size_t cells) {
  if (!fs::is_regular_file(path)) return std::nullopt;
  const Json json = Json::parse(ReadFile(path, std::size_t{1} << 20), nullptr, false);
  try {
    if (json.at("rule") != rule) return std::nullopt;
    Candidate candidate{
        json.at("seed"), json.at("gain"), json.at("bias"), {}, json.at("uncalibrated")};
    auto ratios = json.at("ratios").get<std::vector<double>>();
    if (ratios.size() != 6 * cells) return std::nullopt;
    candidate.score = ScoreOf(std::move(ratios));
    return candidate;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

void ChooseJob::Validate() const {
  train.Validate();
  if (runs < 1) throw Error(ErrorKind::kUsage, "there must be at least one training");
  if (train.resume || train.log || train.checkpoint) {
    throw Error(ErrorKind::kUsage,
                "several trainings have no single log or checkpoint; finished ones are kept");
  }
}

ChooseReport RunChooseJob(const ChooseJob& job, const TrainCallback& step,
                          const CandidateCallback& done) {
  job.Validate();
  const ChooseRule rule = ReadChooseRule(job.rule);
  Fingerprint content;
  for (const char c : ReadFile(job.rule)) content.AddNumber(static_cast<unsigned char>(c));
  const std::string rule_text = content.Text();
  // Before the first training.
  for (const ChooseCells& cells : rule.cells) {
    for (const ChooseSet& set : cells.sets) {
      if (set.pairs != kHeldOut) FolderOf(set.pairs, job);
    }
  }
  MakeFolder(job.candidates);
  std::optional<Judge> judge;
  ChooseReport report;
  for (int run = 0; run < job.runs; ++run) {
    TrainJob train = job.train;
    train.hold_out = rule.hold_out;
    train.validation.clear();
    train.options.seed += static_cast<std::uint64_t>(run);
    const std::string name = std::to_string(train.options.seed);
    train.out = job.candidates / (name + ".safetensors");
    const fs::path scores = job.candidates / (name + ".json");
    std::optional<Candidate> candidate = Kept(scores, rule_text, rule.cells.size());
    if (!fs::exists(train.out)) {
      candidate.reset();
      train.overwrite = true;
      if (RunTrainJob(train, step).end == TrainEnd::kStopped) {
        report.stopped = true;
        break;
      }
    }
    if (!candidate) {
      if (!judge) judge.emplace(rule, job, HeldOut(train));
      candidate = judge->Calibrate(LoadModel(train.out), train.options.seed);
      WriteFileAtomically(scores, ToJson(*candidate, rule_text).dump(2) + "\n");
    }
    report.candidates.push_back(*candidate);
    if (done && !done(*candidate)) {
      report.stopped = true;
      break;
    }
  }
  std::stable_sort(report.candidates.begin(), report.candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return b.score < a.score; });
  if (report.stopped || report.candidates.empty()) return report;
  const Candidate& best = report.candidates.front();
  Model model = Calibrated(LoadModel(job.candidates / (std::to_string(best.seed) + ".safetensors")),
                           best.gain, best.bias);
  model.metadata["training.gain"] = NumberText(best.gain);
  model.metadata["training.bias"] = NumberText(best.bias);
  SaveModel(model, job.train.out);
  return report;
}

}  // namespace auif
