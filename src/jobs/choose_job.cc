#include "jobs/choose_job.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "base/fingerprint.h"
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

// The sets of a rule, read once.
class Judge {
 public:
  Judge(const ChooseRule& rule, const ChooseJob& job, const std::vector<ImagePair>& held_out)
      : rule_(rule) {
    for (const ChooseCells& cells : rule.cells) {
      for (const ChooseSet& set : cells.sets) {
        const std::vector<ImagePair> pairs =
            set.pairs == "held out" ? held_out
                                    : FindPairs(job.train.data.parent_path() / set.pairs).pairs;
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

  ChooseScore Score(const Model& model) const {
    std::vector<double> ratios;
    std::size_t next = 0;
    for (const ChooseCells& cells : rule_.cells) {
      std::array<double, 6> sums = {};
      for (const ChooseSet& set : cells.sets) {
        const std::vector<double> means = sets_[next++].Score(model);
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += means[i] / set.target[i];
      }
      for (const double sum : sums) ratios.push_back(sum / static_cast<double>(cells.sets.size()));
    }
    return ScoreOf(std::move(ratios));
  }

  // The best of the rule's gains at no bias, then of its biases at that gain.
  Candidate Calibrate(const Model& model, std::uint64_t seed) const {
    Candidate best{seed, 1, 0, Score(model)};
    const auto attempt = [&](double gain, double bias) {
      Candidate other{seed, gain, bias, Score(Calibrated(model, gain, bias))};
      if (best.score < other.score) best = std::move(other);
    };
    const auto values = [](const ChooseRange& range) {
      std::vector<double> all;
      for (int i = 0; range.from + i * range.step <= range.to + 1e-9; ++i) {
        all.push_back(range.from + i * range.step);
      }
      return all;
    };
    for (const double gain : values(rule_.gain)) attempt(gain, 0);
    const double gain = best.gain;
    for (const double bias : values(rule_.bias)) attempt(gain, bias);
    return best;
  }

 private:
  const ChooseRule& rule_;
  std::vector<Validation> sets_;
};

}  // namespace

}  // namespace auif
