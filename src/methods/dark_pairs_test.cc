#include "methods/dark_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "auif/method.h"
#include "methods/auif.h"
#include "tests/random_model.h"

namespace auif {
namespace {

// Levels of 8 bits, as the files of a night have them: mean `level`.
Plane<std::uint8_t> Night(int width, int height, double level, std::uint32_t seed) {
  std::mt19937 random(seed);
  Plane<std::uint8_t> image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.Row(y)[x] = static_cast<std::uint8_t>(random() % static_cast<int>(510 * level + 1));
    }
  }
  return image;
}

template <typename T>
Plane<float> Levels(const Plane<T>& image) {
  return Image(image).Grey();
}

TEST(LevelCounts, StepsAndMeans) {
  EXPECT_EQ(LevelCounts::Step(0.5f), 510);
  EXPECT_EQ(LevelCounts::Step(1 / 255.0f), 4);
  EXPECT_EQ(LevelCounts::Step(-1), 0);
  EXPECT_EQ(LevelCounts::Step(3), LevelCounts::kSteps);
  EXPECT_EQ(LevelCounts::Step(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_EQ(LevelCounts().Mean(), 0);
  Plane<std::uint8_t> image(2, 2);
  image.Row(0)[1] = 255;
  LevelCounts counts;
  counts.Add(image);
  EXPECT_DOUBLE_EQ(counts.Mean(), 0.25);
  EXPECT_DOUBLE_EQ(counts.Mean([](double level) { return level + 1; }), 1.25);
}

TEST(LevelCounts, SameOfSamplesAndOfTheirLevels) {
  const Plane<std::uint8_t> eight = Night(37, 11, 0.3, 1);
  Plane<std::uint16_t> sixteen(37, 11);
  for (int y = 0; y < 11; ++y) {
    for (int x = 0; x < 37; ++x) sixteen.Row(y)[x] = static_cast<std::uint16_t>(1777 * x + y);
  }
  const auto same = [](const auto& image) {
    LevelCounts samples, levels;
    samples.Add(image);
    levels.Add(Levels(image));
    EXPECT_EQ(samples.Mean(), levels.Mean());
    EXPECT_EQ(samples.Mean(), MeanLevel(image));
    EXPECT_EQ(samples.Mean(), MeanLevel(Levels(image)));
  };
  same(eight);
  same(sixteen);
}

TEST(DarkPairs, PowerBringsTheMeansToWhatIsWanted) {
  const auto power = [](double ir, double vis) {
    LevelCounts a, b;
    a.Add(Night(200, 50, ir, 1));
    b.Add(Night(200, 50, vis, 2));
    const double g = PowerForPair(a, b);
    const auto raise = [&](double level) { return std::pow(level, g); };
    return std::pair(g, a.Mean(raise) + b.Mean(raise));
  };
  EXPECT_EQ(power(0.3, 0.3).first, 1);
  EXPECT_NEAR(power(0.1, 0.2).second, 0.7, 1e-6);
  const auto [between, sum] = power(0.27, 0.27);
  EXPECT_LT(between, 1);
  EXPECT_GT(sum, 0.58);
  EXPECT_LT(sum, 0.7);
  EXPECT_GT(power(0.2899, 0.2899).first, 0.98);  // no jump where it begins
  EXPECT_GE(power(0, 0).first, 0.2);             // black stays black
}

TEST(DarkPairs, CurveIsThePower) {
  const PowerCurve curve(0.5);
  Plane<float> levels(6, 1), raised(6, 1);
  const float values[] = {0, 0.25f, 1, -1, 2, 0.36f};
  std::copy_n(values, 6, levels.Row(0));
  const PlaneView<const float> out = curve.Apply(levels, &raised);
  const float expected[] = {0, 0.5f, 1, 0, 1, 0.6f};
  for (int x = 0; x < 6; ++x) EXPECT_NEAR(out.Row(0)[x], expected[x], 1e-5) << x;
  EXPECT_EQ(PowerCurve(1).Apply(levels, nullptr).data, levels.Row(0));
}

double Mean(const Plane<float>& image) { return MeanLevel(image); }

TEST(DarkPairs, AuifDoesNotTurnThemBlack) {
  const auto brightens = OpenMethod("auif"), plain = OpenMethod("auif", {{"dark", "off"}});
  const Plane<float> ir = Levels(Night(80, 60, 0.1, 1)), vis = Levels(Night(80, 60, 0.08, 2));
  EXPECT_GT(Mean(brightens->Fuse(ir, vis)), 2 * Mean(plain->Fuse(ir, vis)));
  EXPECT_NE(brightens->Content(), plain->Content());
  // What is bright enough, and AUIF for experiments, are the paper's.
  const Plane<float> bright = Levels(Night(80, 60, 0.4, 3));
  const Plane<float> expected = plain->Fuse(ir, bright);
  EXPECT_EQ(LargestDifference(brightens->Fuse(bright, bright), plain->Fuse(bright, bright)), 0);
  EXPECT_EQ(LargestDifference(AuifMethod(DefaultModel())->Fuse(ir, vis), plain->Fuse(ir, vis)), 0);
}

TEST(DarkPairs, SamplesTakeTheWayThroughFloats) {
  const auto method = OpenMethod("auif");
  const Plane<std::uint8_t> ir = Night(80, 60, 0.1, 1), vis = Night(80, 60, 0.4, 2);
  Plane<std::uint8_t> out(80, 60);
  EXPECT_FALSE(method->FuseSamples(ir, ir, out.View()));
  EXPECT_TRUE(method->FuseSamples(vis, vis, out.View()));
}

TEST(DarkPairs, FramesFollowTheFramesBefore) {
  const auto method = OpenMethod("auif", {}, 1), plain = OpenMethod("auif", {{"dark", "off"}}, 1);
  const Plane<float> ir = Levels(Night(80, 60, 0.1, 1)), vis = Levels(Night(80, 60, 0.08, 2));
  Plane<float> fused(80, 60);
  const auto rows = method->Rows(ir.size(), [&](int y, PlaneView<const float> some) {
    for (int i = 0; i < some.height; ++i) std::copy_n(some.Row(i), 80, fused.Row(y + i));
  });
  const Plane<float> whole = method->Fuse(ir, vis);
  rows->Push(ir, vis);  // nothing is known yet
  EXPECT_EQ(LargestDifference(fused, plain->Fuse(ir, vis)), 0);
  double distance = LargestDifference(fused, whole);
  for (int frame = 0; frame < 30; ++frame) {
    rows->Push(ir, vis);
    EXPECT_LE(LargestDifference(fused, whole), distance + 1e-6);
    distance = LargestDifference(fused, whole);
  }
  EXPECT_LT(distance, 1e-3);
  rows->Survey(ir, vis);
  rows->Push(ir, vis);
  EXPECT_EQ(LargestDifference(fused, whole), 0);
}

}  // namespace
}  // namespace auif
