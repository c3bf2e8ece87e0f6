#include "train/joint/sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "image/convert.h"
#include "tests/random_model.h"

namespace auif {
namespace {

constexpr int kWidth = 60, kHeight = 50;

TrainingPair RandomPair(std::uint32_t seed = 1) {
  TrainingPair pair{Plane<std::uint8_t>(kWidth, kHeight), Plane<std::uint8_t>(kWidth, kHeight)};
  const Plane<float> ir = RandomImage(kWidth, kHeight, seed);
  const Plane<float> vis = RandomImage(kWidth, kHeight, seed + 1);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      pair.ir.Row(y)[x] = FromUnit<std::uint8_t>(0.5F * ir.Row(y)[x]);
      pair.vis.Row(y)[x] = FromUnit<std::uint8_t>(vis.Row(y)[x]);
    }
  }
  return pair;
}

// Nothing is changed about the pair.
JointTrainOptions Plain() {
  JointTrainOptions options;
  options.crop = 41;
  options.night = options.soft = options.swapped = 0;
  return options;
}

using Crops = std::array<Plane<float>, 2>;
Crops Cut(const TrainingPair& pair, const PairSample& sample, std::uint64_t key = 1) {
  Crops crops = {Plane<float>(41, 41), Plane<float>(41, 41)};
  RandomSequence random = {key};
  CutSample(pair, sample, &random, &crops);
  return crops;
}

bool Same(const Crops& a, const Crops& b) {
  for (int s = 0; s < 2; ++s) {
    for (int y = 0; y < 41; ++y) {
      if (!std::equal(a[s].Row(y), a[s].Row(y) + 41, b[s].Row(y))) return false;
    }
  }
  return true;
}

TEST(PairSampleTest, LevelMaps) {
  EXPECT_EQ(LevelMap{}.At(0.2F), 0.2F);
  const LevelMap map{2, -0.5};
  EXPECT_EQ(map.At(0.55F), 153.0F / 255);
  EXPECT_EQ(map.At(0.2F), 0);
  EXPECT_EQ(map.At(0.8F), 1);
  EXPECT_EQ(map.At(0.5501F), 153.0F / 255);
}

TEST(PairSampleTest, Moments) {
  TrainingPair pair{Plane<std::uint8_t>(4, 3), Plane<std::uint8_t>(4, 3)};
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      pair.ir.Row(y)[x] = 51;
      pair.vis.Row(y)[x] = x % 2 == 0 ? 255 : 0;
    }
  }
  const PairMoments moments = MomentsOf(pair);
  EXPECT_NEAR(moments.mean[0], 0.2, 1e-12);
  EXPECT_NEAR(moments.deviation[0], 0, 1e-6);
  EXPECT_NEAR(moments.mean[1], 0.5, 1e-12);
  EXPECT_NEAR(moments.deviation[1], 0.5, 1e-12);
}

TEST(PairSampleTest, PlainSamplesReachEveryPlaceInAllDirections) {
  const TrainingPair pair = RandomPair();
  const PairMoments moments = MomentsOf(pair);
  std::set<int> columns, rows, directions;
  for (std::uint64_t key = 0; key < 500; ++key) {
    RandomSequence random = {key};
    const PairSample sample = DrawSample(Plain(), pair, moments, &random);
    EXPECT_FALSE(sample.swapped);
    EXPECT_EQ(sample.size, 41);
    columns.insert(sample.x);
    rows.insert(sample.y);
    directions.insert(2 * sample.mirrored + sample.upside_down);
    for (int s = 0; s < 2; ++s) {
      EXPECT_EQ(sample.maps[s].gain, 1);
      EXPECT_EQ(sample.maps[s].offset, 0);
      EXPECT_EQ(sample.noise[s], 0);
    }
  }
  EXPECT_EQ(columns.size(), 20u);
  EXPECT_EQ(*columns.begin(), 0);
  EXPECT_EQ(*columns.rbegin(), 19);
  EXPECT_EQ(rows.size(), 10u);
  EXPECT_EQ(*rows.rbegin(), 9);
  EXPECT_EQ(directions.size(), 4u);
}

TEST(PairSampleTest, HowOftenPairsChange) {
  const TrainingPair pair = RandomPair();
  const PairMoments moments = MomentsOf(pair);
  JointTrainOptions options = Plain();
  options.night = 0.25;
  options.soft = 0.35;
  options.swapped = 0.2;
  int night = 0, soft = 0, swapped = 0;
  constexpr int kCount = 4000;
  for (std::uint64_t key = 0; key < kCount; ++key) {
    RandomSequence random = {key};
    const PairSample sample = DrawSample(options, pair, moments, &random);
    swapped += sample.swapped;
    const bool changed = sample.maps[0].gain != 1;
    soft += changed && sample.noise[0] > 0;
    night += changed && sample.noise[0] == 0;
    EXPECT_GE(sample.x, 0);
    EXPECT_LE(sample.x + sample.size, kWidth);
    EXPECT_LE(sample.y + sample.size, kHeight);
    EXPECT_GE(sample.size, 27);
    EXPECT_LE(sample.size, 41);
    if (!changed) continue;
    // Means and deviations are those of night, or of soft cameras, whichever image it is.
    for (int s = 0; s < 2; ++s) {
      const int from = sample.swapped ? 1 - s : s;
      const double mean = sample.maps[s].gain * moments.mean[from] + sample.maps[s].offset;
      const double deviation = sample.maps[s].gain * moments.deviation[from];
      EXPECT_GE(mean, s == 0 ? 0.05 - 1e-9 : 0.12 - 1e-9);
      EXPECT_LE(mean, 0.6 + 1e-9);
      EXPECT_GE(deviation, 0.04 - 1e-9);
      EXPECT_LE(deviation, 0.28 + 1e-9);
      EXPECT_LE(sample.noise[s], 2.5 / 255);
    }
  }
  EXPECT_NEAR(night, 0.25 * kCount, 100);
  EXPECT_NEAR(soft, 0.35 * kCount, 100);
  EXPECT_NEAR(swapped, 0.2 * kCount, 100);
}

TEST(PairSampleTest, TheSameKeyGivesTheSame) {
  const TrainingPair pair = RandomPair();
  const PairMoments moments = MomentsOf(pair);
  const JointTrainOptions options = [] {
    JointTrainOptions o = Plain();
    o.soft = 1;
    return o;
  }();
  RandomSequence first = {7}, second = {7}, other = {8};
  const PairSample a = DrawSample(options, pair, moments, &first);
  const PairSample b = DrawSample(options, pair, moments, &second);
  const PairSample c = DrawSample(options, pair, moments, &other);
  EXPECT_EQ(a.maps[1].gain, b.maps[1].gain);
  EXPECT_EQ(a.noise, b.noise);
  EXPECT_NE(a.maps[1].gain, c.maps[1].gain);
  EXPECT_TRUE(Same(Cut(pair, a), Cut(pair, b)));
  EXPECT_FALSE(Same(Cut(pair, a), Cut(pair, a, 2)));  // other noise
  EXPECT_FALSE(Same(Cut(pair, a), Cut(pair, c)));
}

TEST(PairSampleTest, CropsArePixelsOfTheImages) {
  const TrainingPair pair = RandomPair();
  const LevelMap darker{0.5, 0.1};
  for (int i = 0; i < 8; ++i) {
    PairSample sample;
    sample.swapped = i & 1;
    sample.mirrored = i & 2;
    sample.upside_down = i & 4;
    sample.x = 13;
    sample.y = 5;
    sample.size = 41;
    sample.maps[1] = darker;
    const Crops crops = Cut(pair, sample);
    for (int y = 0; y < 41; ++y) {
      for (int x = 0; x < 41; ++x) {
        const int row = 5 + (sample.upside_down ? 40 - y : y);
        const int column = 13 + (sample.mirrored ? 40 - x : x);
        const float ir = ToUnit(pair.ir.Row(row)[column]);
        const float vis = ToUnit(pair.vis.Row(row)[column]);
        ASSERT_EQ(crops[0].Row(y)[x], sample.swapped ? vis : ir);
        ASSERT_EQ(crops[1].Row(y)[x], darker.At(sample.swapped ? ir : vis));
      }
    }
  }
}

TEST(PairSampleTest, NoiseAndScale) {
  TrainingPair pair{Plane<std::uint8_t>(kWidth, kHeight), Plane<std::uint8_t>(kWidth, kHeight)};
  for (int y = 0; y < kHeight; ++y) {
    std::fill_n(pair.ir.Row(y), kWidth, std::uint8_t{100});
    std::fill_n(pair.vis.Row(y), kWidth, std::uint8_t{150});
  }
  PairSample sample;
  sample.size = 30;
  sample.noise = {0, 3.0 / 255};
  const Crops crops = Cut(pair, sample);
  double sum = 0, squares = 0;
  for (int y = 0; y < 41; ++y) {
    for (int x = 0; x < 41; ++x) {
      ASSERT_EQ(crops[0].Row(y)[x], 100.0F / 255);
      const double steps = 255 * double{crops[1].Row(y)[x]};
      ASSERT_NEAR(steps, std::round(steps), 1e-4);
      sum += steps - 150;
      squares += std::pow(steps - 150, 2);
    }
  }
  constexpr double kPixels = 41 * 41;
  EXPECT_NEAR(sum / kPixels, 0, 0.3);
  EXPECT_NEAR(std::sqrt(squares / kPixels), 3, 0.2);
}

TEST(PairSampleTest, CurvesAreOfTheWholeImagesOnceMapped) {
  const TrainingPair pair = RandomPair();
  for (const bool swapped : {false, true}) {
    PairSample sample;
    sample.swapped = swapped;
    sample.x = 3;  // of no matter
    sample.maps = {LevelMap{0.7, 0.2}, LevelMap{0.4, -0.05}};
    const JointTone tone;
    JointSurvey survey(tone.share);
    for (int y = 0; y < kHeight; y += JointSurvey::kRowStep) {
      std::vector<float> a, b;
      for (int x = 0; x < kWidth; ++x) {
        const float ir = ToUnit(pair.ir.Row(y)[x]), vis = ToUnit(pair.vis.Row(y)[x]);
        a.push_back(sample.maps[0].At(swapped ? vis : ir));
        b.push_back(sample.maps[1].At(swapped ? ir : vis));
      }
      survey.AddRow(a.data(), b.data(), kWidth);
    }
    const ToneCurve expected = MakeToneCurve(tone, survey), curve = CurveOf(pair, sample, tone);
    EXPECT_EQ(curve.shift, expected.shift);
    EXPECT_EQ(curve.levels, expected.levels);
  }
}

}  // namespace
}  // namespace auif
