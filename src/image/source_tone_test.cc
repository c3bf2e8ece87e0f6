#include "image/source_tone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/expect_error.h"

namespace auif {
namespace {

// One row of the values.
template <Sample T>
Image Row(const std::vector<T>& values) {
  Plane<T> plane(static_cast<int>(values.size()), 1);
  std::copy(values.begin(), values.end(), plane.Row(0));
  return Image(std::move(plane), "a.tif");
}

std::vector<float> Levels(const Image& image) {
  const Plane<float> grey = UnitGrey(image);
  return {grey.Row(0), grey.Row(0) + grey.width()};
}

// A row of a camera's counts from 29000 to 31000 with one dead pixel at either end.
Image Counts() {
  std::vector<std::uint16_t> values(2001);
  std::iota(values.begin(), values.end(), std::uint16_t{29000});
  values.front() = 0;
  values.back() = 65535;
  return Row(values);
}

TEST(SourceTone, AutoStretchesWhatFillsLittle) {
  std::string note;
  const Image image = WithTone(Counts(), {}, true, &note);
  const std::vector<float> levels = Levels(image);
  // 2 of 2001 pixels are left out at the dark end, 10 at the bright one.
  EXPECT_EQ(levels[2], 0.0F);
  EXPECT_NEAR(levels[1000], 998.0F / 1988, 1e-5F);
  EXPECT_EQ(levels[1990], 1.0F);
  EXPECT_EQ(levels.front(), 0.0F);
  EXPECT_EQ(levels.back(), 1.0F);
  EXPECT_EQ(note,
            "its values from 29002 to 30990 become black to white (--ir-range full leaves them)");
}

TEST(SourceTone, AutoDoesNotGiveContrastToAClearSky) {
  // A tenth of the pixels is sky at 240 K, the rest a street between 280 and 290 K.
  std::vector<std::uint16_t> values(100, 24000);
  for (int i = 0; i < 900; ++i) values.push_back(static_cast<std::uint16_t>(28000 + i));
  std::string note;
  const std::vector<float> levels = Levels(WithTone(Row(values), {}, true, &note));
  EXPECT_EQ(levels[0], 0.0F);
  // Percentile 16 is 28060, 99.5 is 28894: black lies 417 below.
  EXPECT_NEAR(levels[100], (28000 - 27643) / 1251.0F, 0.002F);
}

TEST(SourceTone, AutoLeavesWhatIsFilledAnd8Bits) {
  std::string note;
  const Image deep = Row<std::uint16_t>({0, 20000, 40000});
  EXPECT_EQ(WithTone(deep, {}, true, &note).range(), kFullRange<std::uint16_t>);
  EXPECT_EQ(note, "");
  const Image image = Row<std::uint8_t>({100, 101, 102});
  EXPECT_EQ(Levels(WithTone(image, {}, true, &note)), Levels(image));
  EXPECT_EQ(note, "");
}

TEST(SourceTone, FloatsInDegreesAreStretchedAndThoseInUnitAreNot) {
  std::string note;
  std::vector<float> kelvin(3000);
  std::iota(kelvin.begin(), kelvin.end(), 0.0F);
  for (float& value : kelvin) value = 290 + value / 100;
  kelvin[7] = std::numeric_limits<float>::quiet_NaN();
  kelvin[8] = std::numeric_limits<float>::infinity();
  const std::vector<float> levels = Levels(WithTone(Row(kelvin), {}, true, &note));
  EXPECT_NEAR(levels[1500], 0.5F, 0.005F);
  EXPECT_EQ(levels[7], 0.0F);
  EXPECT_EQ(levels[8], 1.0F);
  EXPECT_NE(note.find("become black to white"), note.npos);

  EXPECT_EQ(Levels(WithTone(Row<float>({0.1F, 0.5F, 0.9F}), {}, true, &note)),
            (std::vector<float>{0.1F, 0.5F, 0.9F}));
  EXPECT_EQ(note, "");
  // Below zero, as degrees Celsius may be.
  EXPECT_EQ(Levels(WithTone(Row<float>({-20, 0, 20}), {}, true, &note)),
            (std::vector<float>{0, 0.5F, 1}));
}

TEST(SourceTone, AFlatImageIsNoReasonToFail) {
  std::string note;
  EXPECT_EQ(WithTone(Row<std::uint16_t>({30000, 30000}), {}, true, &note).range(),
            kFullRange<std::uint16_t>);
  EXPECT_EQ(Levels(WithTone(Row<float>({295.5F, 295.5F}), {}, true, &note)),
            (std::vector<float>{0, 0}));
  EXPECT_EQ(note, "");
  ExpectError(ErrorKind::kInput, "a.tif: the image has no finite values", [&] {
    WithTone(Row<float>({std::numeric_limits<float>::quiet_NaN()}), {}, true, &note);
  });
}

TEST(SourceTone, VisibleImagesOfFewerBits) {
  std::string note;
  EXPECT_EQ(WithTone(Row<std::uint16_t>({0, 700, 1000}), {}, false, &note).range(),
            (Range{0, 1023}));
  EXPECT_EQ(note, "its values from 0 to 1023 become black to white (--vis-range full leaves them)");
  EXPECT_EQ(WithTone(Row<std::uint16_t>({0, 700, 20000}), {}, false, &note).range(),
            kFullRange<std::uint16_t>);
}

TEST(SourceTone, RulesAsTheyAreWritten) {
  std::string note;
  const Image image = Row<std::uint16_t>({0, 100, 200, 300, 65535});
  EXPECT_EQ(WithTone(image, ParseSourceRule("100,300", "--ir-range"), true, &note).range(),
            (Range{100, 300}));
  EXPECT_EQ(WithTone(image, ParseSourceRule("300,100", "--ir-range"), true, &note).range(),
            (Range{300, 100}));
  EXPECT_EQ(WithTone(image, ParseSourceRule("percentile:25,75", "--ir-range"), true, &note).range(),
            (Range{100, 300}));
  EXPECT_EQ(WithTone(image, ParseSourceRule("FULL", "--ir-range"), true, &note).range(),
            kFullRange<std::uint16_t>);
  EXPECT_EQ(ParseSourceRule("auto", "").kind, SourceRule::kAuto);
  EXPECT_EQ(ParseSourceRule("-20.5,40", "").low, -20.5);
  for (const char* text : {"", "1", "1,", ",2", "1,2,3", "nan,1", "percentile:", "percentile:1",
                           "percentile:-1,99", "percentile:99,1", "percentile:0,101", "5,5", "x"}) {
    SCOPED_TRACE(text);
    ExpectError(ErrorKind::kUsage, "--ir-range", [&] { ParseSourceRule(text, "--ir-range"); });
  }
}

TEST(SourceTone, APlateauSpreadsLevelsByTheirShare) {
  std::string note;
  SourceRule rule{.kind = SourceRule::kLimits, .low = 0, .high = 4095, .equalise = true};
  // Four values that occur equally often lie in the middle of four equal parts, however near
  // each other they were.
  const Image equal = Row<std::uint16_t>({0, 10, 20, 4095});
  const std::vector<float> levels = Levels(WithTone(equal, rule, true, &note));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(levels[i], (i + 0.5F) / 4, 1e-6F) << i;

  // A value of nearly all pixels counts three times the mean of the levels that occur, not more:
  // of 99 + 3 times 1 pixels the mean is 25.5.
  std::vector<std::uint16_t> sky(99, 0);
  sky.insert(sky.end(), {1000, 2000, 4095});
  const std::vector<float> few = Levels(WithTone(Row(sky), rule, true, &note));
  EXPECT_NEAR(few[0], 76.5F / 2 / 79.5F, 1e-6F);
  EXPECT_NEAR(few[99], (76.5F + 0.5F) / 79.5F, 1e-6F);
}

TEST(GreyCounts, QuantilesAndLimits) {
  const Image image = Row<float>({3, -1, 2, 1000, 4});
  GreyCounts counts(image.spec());
  EXPECT_TRUE(counts.empty());
  counts.Add(image, 0);
  EXPECT_EQ(counts.least(), -1);
  EXPECT_EQ(counts.most(), 1000);
  EXPECT_EQ(counts.Quantile(0), -1);
  EXPECT_EQ(counts.Quantile(0.5), 3);
  EXPECT_NEAR(counts.Quantile(1), 1000, 0.1);
}

}  // namespace
}  // namespace auif
