#include <gtest/gtest.h>

#include <set>

#include "auif/error.h"
#include "auif/metrics.h"
#include "metrics/conventions.h"
#include "metrics/test_images.h"

namespace auif {
namespace {

using metrics::Constant;
using metrics::Noise;

// Whole values 0..255.
Plane<std::uint8_t> Grey(const Plane<double>& values) {
  Plane<std::uint8_t> plane(values.size());
  for (int y = 0; y < values.height(); ++y) {
    std::copy_n(values.Row(y), values.width(), plane.Row(y));
  }
  return plane;
}

Image Colour(unsigned seed, int size = 48) {
  std::array<Plane<std::uint8_t>, 3> rgb;
  for (unsigned c = 0; c < 3; ++c) rgb[c] = Grey(Noise(size, size, seed + 10 * c));
  return Image(std::move(rgb));
}

// One of the channels.
Image Part(const Image& image, int channel) {
  return Image(image.Channel(channel)).As(SampleType::kUint8);
}

std::string MessageOf(const std::function<void()>& f, ErrorKind kind) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "nothing thrown";
  return "";
}

TEST(ConventionsTest, TableIsComplete) {
  EXPECT_EQ(FindConvention(kDefaultConvention).name, "standard");
  for (const ConventionInfo& convention : Conventions()) {
    EXPECT_FALSE(convention.summary.empty());
    std::set<std::string> names;
    for (const MetricInfo& metric : convention.metrics) {
      EXPECT_TRUE(names.insert(metric.name).second) << metric.name << " twice";
      EXPECT_FALSE(metric.title.empty()) << metric.id;
      EXPECT_FALSE(metric.range.empty()) << metric.id;
    }
  }
}

TEST(ConventionsTest, EveryMetricIsDefinedForNoise) {
  constexpr int kSize = 161;  // the least for MS-SSIM
  const Image ir = Colour(1, kSize), vis = Colour(2, kSize), fused = Colour(3, kSize);
  for (const ConventionInfo& convention : Conventions()) {
    const Evaluator evaluator(convention.name);
    const Scores scores = evaluator.Score(ir, vis, fused);
    ASSERT_EQ(scores.size(), convention.metrics.size());
    for (std::size_t m = 0; m < scores.size(); ++m) {
      ASSERT_TRUE(scores[m]) << convention.metrics[m].name;
      EXPECT_TRUE(std::isfinite(*scores[m])) << convention.metrics[m].name;
    }
  }
}

TEST(ConventionsTest, NothingIsNaNForConstantOrTinyImages) {
  for (const int size : {1, 2, 9, 48}) {
    const Image flat = Grey(Constant(size, size, 128)), noise = Grey(Noise(size, size, 1));
    for (const ConventionInfo& convention : Conventions()) {
      const Evaluator evaluator(convention.name);
      for (const auto& [source, fused] :
           {std::pair{&flat, &flat}, {&noise, &flat}, {&flat, &noise}}) {
        const Scores scores = evaluator.Score(*source, *source, *fused);
        for (std::size_t m = 0; m < scores.size(); ++m) {
          EXPECT_TRUE(std::isfinite(scores[m].value_or(0))) << convention.metrics[m].name;
        }
      }
    }
  }
}

TEST(EvaluatorTest, FindsMetricsByNameOrIdInAnyCase) {
  const std::vector<std::string> asked{"avg_gradient", "SD", "Ssim"};
  const Evaluator evaluator("vifb", asked);
  ASSERT_EQ(evaluator.metrics().size(), 3u);
  EXPECT_EQ(evaluator.metrics()[0].id, "AG");
  EXPECT_EQ(evaluator.metrics()[1].name, "Variance");
  EXPECT_EQ(evaluator.metrics()[2].id, "SSIM");
}

TEST(EvaluatorTest, RefusesUnknownNames) {
  EXPECT_EQ(MessageOf([] { Evaluator("mine"); }, ErrorKind::kUsage),
            "mine: no such convention (there are standard, auif-paper, tang, cddfuse, vifb)");
  const std::vector<std::string> asked{"Qcb"};
  EXPECT_EQ(MessageOf([&] { Evaluator("auif-paper", asked); }, ErrorKind::kUsage),
            "Qcb: the convention auif-paper has no such metric (it has EN, SD, SF, VIF, AG, SCD)");
}

TEST(EvaluatorTest, RefusesImagesThatDoNotFit) {
  const Evaluator evaluator;
  const Image small = Grey(Noise(40, 48, 1)), large = Grey(Noise(48, 48, 1));
  EXPECT_EQ(MessageOf([&] { evaluator.Score(large, small, large); }, ErrorKind::kInput),
            "sizes differ: infrared 48x48, visible 40x48, fused 48x48 (score the image as it "
            "left the fusion, with the sources it was made from)");
  EXPECT_EQ(MessageOf([&] { evaluator.Score(large, Image(), large); }, ErrorKind::kInput),
            "an image to score has no pixels");
}

TEST(EvaluatorTest, ColourBecomesRoundedLuma) {
  // 0.299 * 100 + 0.587 * 50 + 0.114 * 200 = 82.05; 0.299 * 255 = 76.245
  const Image colour(std::array<Plane<std::uint8_t>, 3>{Grey(metrics::Rows({{100, 255}})),
                                                        Grey(metrics::Rows({{50, 0}})),
                                                        Grey(metrics::Rows({{200, 0}}))});
  const Image grey = Grey(metrics::Rows({{82, 76}}));
  const Image source = Grey(metrics::Rows({{5, 9}}));
  const std::vector<std::string> asked{"SD", "MSE"};
  for (const char* convention : {"standard", "cddfuse", "tang"}) {
    const Evaluator evaluator(convention, asked);
    EXPECT_EQ(evaluator.Score(source, source, colour), evaluator.Score(source, source, grey));
    EXPECT_EQ(evaluator.Score(colour, source, grey), evaluator.Score(grey, source, grey));
  }
}

TEST(EvaluatorTest, VifbAveragesTheChannelsButForSpatialFrequency) {
  const std::vector<std::string> asked{"Variance", "Rmse", "Spatial_frequency"};
  const Evaluator evaluator("vifb", asked);
  const Image ir = Grey(Noise(48, 48, 7)), vis = Colour(2), fused = Colour(3);
  const Scores scores = evaluator.Score(ir, vis, fused);
  double variance = 0, rmse = 0;
  for (int c = 0; c < 3; ++c) {
    const Scores one = evaluator.Score(ir, Part(vis, c), Part(fused, c));
    variance += *one[0] / 3;
    rmse += *one[1] / 3;
  }
  EXPECT_DOUBLE_EQ(*scores[0], variance);
  EXPECT_DOUBLE_EQ(*scores[1], rmse);
  Plane<std::uint8_t> row(144, 48);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 144; ++x) {
      row.Row(y)[x] = fused.View<std::uint8_t>(x / 48).Row(y)[x % 48];
    }
  }
  EXPECT_EQ(scores[2], evaluator.Score(row, row, row)[2]);
}

TEST(EvaluatorTest, ManyGiveTheSameBitsForAnyNumberOfThreads) {
  const Evaluator evaluator("auif-paper");
  const auto load = [](std::size_t i) {
    const unsigned seed = static_cast<unsigned>(3 * i);
    return FusionResult{Colour(seed), Colour(seed + 1), Colour(seed + 2)};
  };
  std::set<std::size_t> heard;
  const std::vector<Scores> one =
      evaluator.ScoreMany(9, load, 1, [&](std::size_t i, const Scores&) { heard.insert(i); });
  EXPECT_EQ(heard.size(), 9u);
  EXPECT_EQ(one, evaluator.ScoreMany(9, load, 4));
  const FusionResult fifth = load(4);
  EXPECT_EQ(one[4], evaluator.Score(fifth.ir, fifth.vis, fifth.fused));
}

TEST(EvaluatorTest, ManyReportTheFirstFailureByIndex) {
  const Evaluator evaluator("auif-paper");
  for (int run = 0; run < 20; ++run) {
    const std::string message = MessageOf(
        [&] {
          evaluator.ScoreMany(
              30,
              [](std::size_t i) -> FusionResult {
                if (i >= 3) throw Error(ErrorKind::kInput, "image " + std::to_string(i));
                return {Colour(1), Colour(2), Colour(3)};
              },
              3);
        },
        ErrorKind::kInput);
    EXPECT_EQ(message, "image 3");
  }
}

TEST(MeanScoresTest, LeavesOutUndefinedValues) {
  const std::vector<Scores> scores{
      {1, std::nullopt}, {4, std::nullopt}, {std::nullopt, std::nullopt}};
  const std::vector<MetricMean> means = MeanScores(scores);
  EXPECT_EQ(means[0].mean, 2.5);
  EXPECT_EQ(means[0].defined, 2);
  EXPECT_EQ(means[0].undefined, 1);
  EXPECT_FALSE(means[1].mean);
  EXPECT_TRUE(MeanScores({}).empty());
}

}  // namespace
}  // namespace auif
