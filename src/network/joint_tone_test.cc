#include "network/joint_tone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "image/convert.h"
#include "network/joint_reference.h"
#include "tests/random_model.h"

namespace auif {
namespace {

// Rounding of the levels, which lie in [-0.25, 1.25], to float.
constexpr double kRounding = 1e-7;

void ExpectSame(const JointSurvey& a, const JointSurvey& b) {
  EXPECT_EQ(a.total(), b.total());
  EXPECT_EQ(a.mean_least(), b.mean_least());
  EXPECT_EQ(a.counts(), b.counts());
}

JointSurvey SurveyOf(float share, const std::vector<float>& ir, const std::vector<float>& vis) {
  JointSurvey survey(share);
  survey.AddRow(ir.data(), vis.data(), static_cast<int>(ir.size()));
  return survey;
}

TEST(JointTone, NoPixelsGiveTheIdentity) {
  const ToneCurve curve = MakeToneCurve(JointTone{}, JointSurvey(JointTone{}.share));
  EXPECT_EQ(curve.share, JointTone{}.share);
  EXPECT_EQ(curve.shift, 0);
  for (const float level : {0.0F, 0.3F, 0.999F}) EXPECT_NEAR(curve.At(level), level, kRounding);
  for (const float level : {1.0F, 1.2F, 1.9F, 7.0F}) EXPECT_EQ(curve.At(level), 1);
  EXPECT_EQ(curve.At(-0.3F), 0);
}

TEST(JointTone, BetweenTheStepsAreStraightLines) {
  ToneCurve curve;
  curve.levels.fill(0.25F);
  curve.levels[0] = 0.5F;
  curve.levels[100] = 1;
  curve.levels[kToneSteps] = -0.25F;
  EXPECT_EQ(curve.At(0), 0.5F);
  EXPECT_EQ(curve.At(-1), 0.5F);
  EXPECT_EQ(curve.At(100 / kStepsPerLevel), 1);
  EXPECT_EQ(curve.At(100.5F / kStepsPerLevel), 0.625F);
  EXPECT_EQ(curve.At(99.25F / kStepsPerLevel), 0.4375F);
  EXPECT_NEAR(curve.At(2), -0.25F, 1e-3);
  EXPECT_EQ(curve.At(9), curve.At(2));
}

TEST(JointTone, SurveyByHand) {
  // s = M + m / 4: 0.5, 1.25, 0.75 + 1/16, 0.
  const JointSurvey survey = SurveyOf(0.25F, {0.5F, 1, 0.25F, 0}, {0, 1, 0.75F, 0});
  EXPECT_EQ(survey.total(), 4u);
  EXPECT_EQ(survey.mean_least(), 1.25 / 4);
  for (int i = 0; i < kToneSteps; ++i) {
    EXPECT_EQ(survey.counts()[i], i == 128 || i == 320 || i == 208 || i == 0) << i;
  }
}

TEST(JointTone, EndsOfTheRange) {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  ExpectSame(SurveyOf(0.9F, {nan, infinity, -infinity, -0.1F, 1.5F}, {0, 1, 0.5F, nan, 0.25F}),
             SurveyOf(0.9F, {0, 1, 0, 0, 1}, {0, 1, 0.5F, 0, 0.25F}));
  // The largest s there is.
  const JointSurvey white = SurveyOf(0.9F, {1}, {1});
  EXPECT_EQ(white.counts()[486], 1u);
  // Sums of long rows of white fit.
  const std::vector<float> ones(5000, 1);
  EXPECT_EQ(SurveyOf(0, ones, ones).mean_least(), 1);
}

TEST(JointTone, OrderAndPartsDoNotMatter) {
  constexpr int kWidth = 1100, kHeight = 20;
  const Plane<float> ir = RandomImage(kWidth, kHeight, 1), vis = RandomImage(kWidth, kHeight, 2);
  JointSurvey whole(0.3F), backwards(0.3F), first(0.3F), second(0.3F);
  whole.Add(ir, vis);
  for (int y = kHeight - JointSurvey::kRowStep; y >= 0; y -= JointSurvey::kRowStep) {
    backwards.AddRow(ir.Row(y), vis.Row(y), kWidth);
  }
  ExpectSame(backwards, whole);
  first.Add(SourceView(ir).Rows(0, 7), SourceView(vis).Rows(0, 7));
  second.Add(SourceView(ir).Rows(7, 13), SourceView(vis).Rows(7, 13), 7);
  second.Add(first);
  ExpectSame(second, whole);
  JointSurvey swapped(0.3F);
  swapped.Add(vis, ir);
  ExpectSame(swapped, whole);
  second.Clear();
  ExpectSame(second, JointSurvey(0.3F));
}

TEST(JointTone, IntegersAreTheirLevels) {
  const Plane<float> ir = RandomImage(61, 20, 1), vis = RandomImage(61, 20, 2);
  Plane<std::uint8_t> ir8(61, 20);
  Plane<std::uint16_t> vis16(61, 20);
  Plane<float> ir_levels(61, 20), vis_levels(61, 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 61; ++x) {
      ir8.Row(y)[x] = FromUnit<std::uint8_t>(ir.Row(y)[x]);
      vis16.Row(y)[x] = static_cast<std::uint16_t>(FromUnit<std::uint16_t>(vis.Row(y)[x]) ^ 77);
      ir_levels.Row(y)[x] = ToUnit(ir8.Row(y)[x]);
      vis_levels.Row(y)[x] = ToUnit(vis16.Row(y)[x]);
    }
  }
  JointSurvey integers(0.3F), floats(0.3F);
  integers.Add(ir8, vis16);
  floats.Add(ir_levels, vis_levels);
  ExpectSame(integers, floats);
}

// All pixels are 1/2: s is 5/8, in step 160, c is 1/2 and its step's middle black and, 0.05 above,
// white.
TEST(JointTone, ConstantPairByHand) {
  const JointTone tone{.share = 0.25F,
                       .tail = 0.01F,
                       .stretch = 0.5F,
                       .stretch_slope = 0,
                       .equalise = 0.2F,
                       .equalise_slope = 0,
                       .plateau = 4};
  const std::vector<float> halves(100, 0.5F);
  const ToneCurve curve = MakeToneCurve(tone, SurveyOf(0.25F, halves, halves));
  EXPECT_EQ(curve.share, 0.25F);
  EXPECT_EQ(curve.shift, 0.125F);
  const double black = 160.5 / 256 - 0.125;
  for (const int i : {155, 160, 161, 165}) {
    const double c = i / 256.0 - 0.125;
    // Whatever is counted lies in step 160.
    const double rank = i > 160 ? 1 : 0;
    EXPECT_NEAR(curve.levels[i], 0.8 * (0.5 * c + 0.5 * (c - black) / 0.05) + 0.2 * rank, kRounding)
        << i;
  }
  EXPECT_NEAR(curve.levels[160], 0.184375, kRounding);
  EXPECT_EQ(curve.levels[0], -0.25F);
  EXPECT_EQ(curve.levels[kToneSteps], 1.25F);
}

// Half the pixels are 1/4 and half are 3/4: steps 64 and 192, half a level from black to white.
TEST(JointTone, TwoLevelsByHand) {
  JointTone tone{.share = 0,
                 .tail = 0.1F,
                 .stretch = 0.5F,
                 .stretch_slope = -0.5F,
                 .equalise = 0.2F,
                 .equalise_slope = 0.4F,
                 .plateau = 4};
  std::vector<float> levels(50, 0.25F);
  levels.resize(100, 0.75F);
  const JointSurvey survey = SurveyOf(0, levels, levels);
  const double black = 64.5 / 256, white = 192.5 / 256;
  // The mean is 128.5 / 256, the deviation 1/4.
  const double stretch = 0.5 + 5 * -0.5 * (0.2 - 0.25);
  const double equalise = 0.2 + 0.4 * (0.5 - 128.5 / 256);
  for (const float tail : {0.0F, 0.1F, 0.4F}) {
    tone.tail = tail;
    const ToneCurve curve = MakeToneCurve(tone, survey);
    EXPECT_EQ(curve.shift, 0);
    for (const int i : {60, 64, 65, 128, 192, 193, 200}) {
      const double c = i / 256.0, rank = i <= 64 ? 0 : i <= 192 ? 0.5 : 1;
      const double stretched = (1 - stretch) * c + stretch * (c - black) / (white - black);
      EXPECT_NEAR(curve.levels[i], (1 - equalise) * stretched + equalise * rank, kRounding) << i;
    }
  }
}

// A level that is common counts no more than the plateau: 90 % of black are 4 of 32 parts.
TEST(JointTone, PlateausCutWhatIsCommon) {
  const JointTone tone{.share = 0,
                       .tail = 0,
                       .stretch = 0,
                       .stretch_slope = 0,
                       .equalise = 0.9F,
                       .equalise_slope = 0,
                       .plateau = 4};
  std::vector<float> levels(900, 0);
  for (int i = 0; i < 100; ++i) levels.push_back(static_cast<float>(1 + i % 32) / 256);
  const ToneCurve curve = MakeToneCurve(tone, SurveyOf(0, levels, levels));
  // Black to white are 32 steps, so the plateau is 1/8; 0.1 lie above black.
  for (const int i : {0, 1, 33}) {
    const double rank = i == 0 ? 0 : i == 1 ? 0.125 / 0.225 : 1;
    EXPECT_NEAR(curve.levels[i], 0.1 * i / 256 + 0.9 * rank, 2 * kRounding) << i;
  }
}

TEST(JointTone, NumbersAreCutToTheirRanges) {
  JointTone tone{.share = 0, .tail = 0, .stretch = 0.5F, .equalise = 0.5F, .plateau = 4};
  std::vector<float> levels(50, 0.25F);
  levels.resize(100, 0.75F);
  const JointSurvey survey = SurveyOf(0, levels, levels);
  // Neither is done: the identity, beyond 1 as well.
  tone.stretch_slope = 10;  // times 5 (0.2 - 0.25)
  tone.equalise_slope = -10;
  tone.equalise = 0;
  tone.equalise_slope = 10;  // times less than 0
  ToneCurve curve = MakeToneCurve(tone, survey);
  EXPECT_EQ(curve.levels[100], 100.0F / 256);
  EXPECT_EQ(curve.levels[300], 300.0F / 256);
  EXPECT_EQ(curve.levels[kToneSteps], 1.25F);
  // The whole of one, 0.9 of the other.
  tone.stretch_slope = -10;
  tone.equalise = 1;
  tone.equalise_slope = 0;
  curve = MakeToneCurve(tone, survey);
  const double stretched = (100 / 256.0 - 64.5 / 256) / 0.5;
  EXPECT_NEAR(curve.levels[100], 0.1 * stretched + 0.9 * 0.5, kRounding);
}

TEST(JointTone, CurvesAreMonotoneAndAgreeWithTheReference) {
  double largest = 0;
  for (int i = 0; i < 60; ++i) {
    Plane<float> ir = RandomImage(80, 40, 2 * i), vis = RandomImage(80, 40, 2 * i + 1);
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 80; ++x) {
        if (i % 3 == 1) ir.Row(y)[x] *= 0.02F * static_cast<float>(i);
        if (i % 3 == 2) vis.Row(y)[x] = 1 - 0.01F * vis.Row(y)[x];
      }
    }
    JointTone tone;
    if (i >= 10) {
      tone = {0.015F * i,
              0.006F * i,
              0.016F * i,
              0.1F * (30 - i),
              0.016F * i,
              0.05F * (i - 40),
              static_cast<float>(i - 9)};
    }
    JointSurvey survey(tone.share);
    survey.Add(ir, vis);
    const ToneCurve curve = MakeToneCurve(tone, survey);
    const ToneCurve expected = ReferenceToneCurve(tone, ir, vis);
    EXPECT_NEAR(curve.shift, expected.shift, 1e-6);
    for (int s = 0; s <= kToneSteps; ++s) {
      largest = std::max(largest, std::abs(double{curve.levels[s]} - double{expected.levels[s]}));
      ASSERT_GE(curve.levels[s], -0.25F);
      ASSERT_LE(curve.levels[s], 1.25F);
      ASSERT_GE(curve.levels[s], curve.levels[std::max(s - 1, 0)]) << i << " " << s;
    }
  }
  // The mean of m is cut to units of 2^-20, and stretching multiplies by up to 20.
  EXPECT_LT(largest, 1e-5);
  RecordProperty("largest", std::to_string(largest));
}

}  // namespace
}  // namespace auif
