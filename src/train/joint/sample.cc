#include "train/joint/sample.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/augment.h"

namespace auif {
namespace {

// The map that brings an image's mean and deviation to these, before what is cut off.
LevelMap To(double mean, double deviation, double wanted_mean, double wanted_deviation) {
  const double gain = wanted_deviation / std::max(deviation, 1e-3);
  return {gain, wanted_mean - gain * mean};
}

// The levels of all 256 values.
std::array<float, 256> Table(const LevelMap& map) {
  std::array<float, 256> table;
  for (int v = 0; v < 256; ++v) table[v] = map.At(static_cast<float>(v) / 255);
  return table;
}

float Rounded(float level) { return std::round(std::clamp(level, 0.0F, 1.0F) * 255) / 255; }

}  // namespace

float LevelMap::At(float level) const { return Rounded(static_cast<float>(gain * level + offset)); }

PairMoments MomentsOf(const TrainingPair& pair) {
  PairMoments moments;
  for (int s = 0; s < 2; ++s) {
    const Plane<std::uint8_t>& image = s == 0 ? pair.ir : pair.vis;
    std::uint64_t sum = 0, squares = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) {
        const std::uint64_t v = image.Row(y)[x];
        sum += v;
        squares += v * v;
      }
    }
    const double count = static_cast<double>(image.width()) * image.height();
    const double mean = static_cast<double>(sum) / count;
    moments.mean[s] = mean / 255;
    moments.deviation[s] =
        std::sqrt(std::max(0.0, static_cast<double>(squares) / count - mean * mean)) / 255;
  }
  return moments;
}

PairSample DrawSample(const JointTrainOptions& options, const TrainingPair& pair,
                      const PairMoments& moments, RandomSequence* random) {
  PairSample sample;
  sample.swapped = random->Unit() < options.swapped;
  sample.mirrored = random->Unit() < 0.5;
  sample.upside_down = random->Unit() < 0.5;
  const double kind = random->Unit();
  double scale = 1;
  const auto map = [&](int s, double least_mean, double most_mean, double least, double most) {
    const int from = sample.swapped ? 1 - s : s;
    const double mean = random->Uniform(least_mean, most_mean);
    sample.maps[s] =
        To(moments.mean[from], moments.deviation[from], mean, random->Uniform(least, most));
  };
  if (kind < options.night) {
    sample.kind = PairSample::Kind::kNight;
    map(0, 0.05, 0.16, 0.04, 0.12);
    map(1, 0.12, 0.45, 0.09, 0.23);
  } else if (kind < options.night + options.soft) {
    sample.kind = PairSample::Kind::kSoft;
    scale = random->Uniform(1, 1.5);
    map(0, 0.25, 0.6, 0.07, 0.28);
    map(1, 0.25, 0.6, 0.12, 0.24);
    sample.noise = {random->Uniform(0, 1.2) / 255, random->Uniform(0, 2.5) / 255};
  }
  sample.size = static_cast<int>(options.crop / scale);
  sample.x = random->Below(pair.ir.width() - sample.size + 1);
  sample.y = random->Below(pair.ir.height() - sample.size + 1);
  return sample;
}

void CutSample(const TrainingPair& pair, const PairSample& sample, RandomSequence* random,
               std::array<Plane<float>, 2>* crops) {
  for (int s = 0; s < 2; ++s) {
    const Plane<std::uint8_t>& image = (s == 0) != sample.swapped ? pair.ir : pair.vis;
    Plane<float>& crop = (*crops)[s];
    PaddedPlane scaled(crop.width(), crop.height());
    CopyCrop(image.View(), {sample.x, sample.y, sample.size, sample.size}, &scaled);
    const LevelMap& map = sample.maps[s];
    for (int y = 0; y < crop.height(); ++y) {
      const float* from = scaled.Row(sample.upside_down ? crop.height() - 1 - y : y);
      float* to = crop.Row(y);
      for (int x = 0; x < crop.width(); ++x) {
        const float level = from[sample.mirrored ? crop.width() - 1 - x : x];
        const double noise = sample.noise[s] > 0 ? random->Normal(0, sample.noise[s]) : 0;
        to[x] = Rounded(static_cast<float>(map.gain * level + map.offset + noise));
      }
    }
  }
}

ToneCurve CurveOf(const TrainingPair& pair, const PairSample& sample, const JointTone& tone) {
  const Plane<std::uint8_t>& ir = sample.swapped ? pair.vis : pair.ir;
  const Plane<std::uint8_t>& vis = sample.swapped ? pair.ir : pair.vis;
  const std::array<float, 256> ir_levels = Table(sample.maps[0]),
                               vis_levels = Table(sample.maps[1]);
  JointSurvey survey(tone.share);
  Plane<float> rows(ir.width(), 2);
  for (int y = 0; y < ir.height(); y += JointSurvey::kRowStep) {
    for (int x = 0; x < ir.width(); ++x) {
      rows.Row(0)[x] = ir_levels[ir.Row(y)[x]];
      rows.Row(1)[x] = vis_levels[vis.Row(y)[x]];
    }
    survey.Add(SourceView(rows).Rows(0, 1), SourceView(rows).Rows(1, 1), y);
  }
  return MakeToneCurve(tone, survey);
}

}  // namespace auif
