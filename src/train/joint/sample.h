// What of a pair a step of training joint unrolling sees.
#pragma once

#include "network/joint_tone.h"
#include "train/joint/options.h"
#include "train/random.h"

namespace auif {

// Levels of 8 bits as another camera or hour would have given them: a straight line, cut to [0, 1]
// and rounded to levels of 8 bits.
struct LevelMap {
  double gain = 1, offset = 0;
  float At(float level) const;
};

// A crop of a pair, with the statistics of the whole images.
struct PairSample {
  enum class Kind { kPlain, kNight, kSoft } kind = Kind::kPlain;
  bool swapped = false, mirrored = false, upside_down = false;
  int x = 0, y = 0;                  // of the crop
  int size = 0;                      // pixels of the image that it shows, scaled to the crop's
  std::array<LevelMap, 2> maps;      // of ir and vis, once swapped
  std::array<double, 2> noise = {};  // standard deviation, levels in [0, 1]
};

// pair: means and deviations of its images are taken as `moments` has them.
struct PairMoments {
  std::array<double, 2> mean, deviation;  // ir, vis, in [0, 1]
};
PairMoments MomentsOf(const TrainingPair& pair);

PairSample DrawSample(const JointTrainOptions& options, const TrainingPair& pair,
                      const PairMoments& moments, RandomSequence* random);

// The sample's crops, and the tone curve of its whole images.
void CutSample(const TrainingPair& pair, const PairSample& sample, RandomSequence* random,
               std::array<Plane<float>, 2>* crops);
ToneCurve CurveOf(const TrainingPair& pair, const PairSample& sample, const JointTone& tone);

}  // namespace auif
