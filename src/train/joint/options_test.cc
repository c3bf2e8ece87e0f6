#include "train/joint/options.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/expect_error.h"

namespace auif {
namespace {

TEST(JointTrainOptions, DefaultsAreValid) { EXPECT_NO_THROW(JointTrainOptions().Validate()); }

TEST(JointTrainOptions, NumbersByTheirNames) {
  JointTrainOptions options;
  options.Set("layers", 3);
  options.Set("lr", 0.02);
  options.Set("ssim", 2.5);
  options.Set("sd_target", -1.5);
  options.Set("tail", 0.01);
  options.Set("plateau", 7);
  EXPECT_EQ(options.layers, 3);
  EXPECT_EQ(options.lr, 0.02);
  EXPECT_EQ(options.loss.ssim, 2.5);
  EXPECT_EQ(options.loss.sd_target, -1.5);
  EXPECT_EQ(options.tone.tail, 0.01F);
  EXPECT_EQ(options.tone.plateau, 7);
  // Every number can be set to what it is, and the text says it.
  JointTrainOptions other;
  const auto text = options.Text();
  EXPECT_EQ(text.at("seed"), "0");
  EXPECT_EQ(text.at("tail"), "0.01");
  EXPECT_FALSE(text.contains("threads"));
  for (const auto& [name, value] : text) {
    if (name != "seed") other.Set(name, std::stod(value));
  }
  EXPECT_EQ(other.Text(), text);
}

TEST(JointTrainOptions, UnknownNames) {
  JointTrainOptions options;
  for (const char* part : {"there is no number 'ssmi'", "'ssim'?", "sd_target"}) {
    ExpectError(ErrorKind::kUsage, part, [&] { options.Set("ssmi", 1); });
  }
  ExpectError(ErrorKind::kUsage, "'warm_up'?", [&] { options.Set("warmup", 1); });
  ExpectError(ErrorKind::kUsage, "seed", [&] { options.Set("seed", 1); });
  ExpectError(ErrorKind::kUsage, "threads", [&] { options.Set("threads", 1); });
}

TEST(JointTrainOptions, Ranges) {
  const struct {
    const char* name;
    double least, most;
  } ranges[] = {{"layers", 1, 1000}, {"channels", 1, 1024},
                {"steps", 1, 1e6},   {"batch", 1, 1024},
                {"crop", 41, 1024},  {"warm_up", 0, 1e6},
                {"lr", 0, 1},        {"most_gradient", 0, 1e9},
                {"averaged", 0, 1},  {"night", 0, 1},
                {"soft", 0, 1},      {"swapped", 0, 1},
                {"vif", 0, 1e6},     {"mi_target", -100, 100},
                {"dark", 0, 1e6},    {"share", 0, 0.9},
                {"tail", 0, 0.4},    {"stretch", 0, 1},
                {"plateau", 1, 1e3}, {"equalise_slope", -10, 10}};
  for (const auto& range : ranges) {
    SCOPED_TRACE(range.name);
    for (const double good : {range.least, range.most}) {
      JointTrainOptions options;
      options.night = options.soft = 0;
      EXPECT_NO_THROW(options.Set(range.name, good));
      EXPECT_NO_THROW(options.Validate()) << good;
    }
    JointTrainOptions options;
    for (const double bad : {range.least - 1, range.most + 1, std::nan("")}) {
      ExpectError(ErrorKind::kUsage, std::string(range.name) + ": is ",
                  [&] { options.Set(range.name, bad); });
    }
    EXPECT_EQ(options.Text(), JointTrainOptions().Text());
  }
  JointTrainOptions options;
  ExpectError(ErrorKind::kUsage, "batch: is 1.5, not a whole number between 1 and 1024",
              [&] { options.Set("batch", 1.5); });
}

TEST(JointTrainOptions, FieldsAreChecked) {
  JointTrainOptions options;
  options.crop = 40;
  ExpectError(ErrorKind::kUsage, "crop: is 40, not between 41 and 1024",
              [&] { options.Validate(); });
  options = {};
  options.tone.share = std::nanf("");
  ExpectError(ErrorKind::kUsage, "share: is nan", [&] { options.Validate(); });
  options = {};
  options.night = 0.6;
  options.soft = 0.5;
  ExpectError(ErrorKind::kUsage, "night and soft", [&] { options.Validate(); });
}

}  // namespace
}  // namespace auif
