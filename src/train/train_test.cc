// The loop: determinism, resuming, checkpoints, what can go wrong; and the pieces that need no
// reference.
#include "auif/train.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "auif/error.h"
#include "io/checkpoint.h"
#include "tests/random_model.h"
#include "tests/run_program.h"
#include "train/adam.h"
#include "train/augment.h"

namespace auif {
namespace {

std::vector<Image> RandomImages(int count, int width = 40, int height = 30) {
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) {
    images.push_back(Image(Image(RandomImage(width, height, i)).GreyAs<std::uint8_t>(),
                           "image" + std::to_string(i)));
  }
  return images;
}

// Five images in batches of two: three steps per epoch, the last of one image.
TrainOptions SmallOptions(TrainOptions options = TrainOptions::Release()) {
  options.config.layers = 2;
  options.config.channels = 3;
  options.batch = 2;
  options.crop = 16;
  options.epochs = 4;
  options.drops = {2};
  options.threads = 2;
  return options;
}

bool SameBits(const Model& a, const Model& b) {
  const auto left = Tensors(a), right = Tensors(b);
  if (left.size() != right.size()) return false;
  for (std::size_t t = 0; t < left.size(); ++t) {
    if (left[t].values.size() != right[t].values.size() ||
        std::memcmp(left[t].values.data(), right[t].values.data(), left[t].values.size_bytes()) !=
            0) {
      return false;
    }
  }
  return true;
}

std::string ErrorText(const std::function<void()>& f, ErrorKind kind) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(TrainTest, SameBitsForAnyNumberOfThreadsAndOthersForAnotherSeed) {
  const auto images = RandomImages(5);
  for (TrainOptions options :
       {SmallOptions(TrainOptions::Paper()), SmallOptions(TrainOptions::Release())}) {
    options.threads = 1;
    const Model one = Train(images, options).state.model;
    for (const int threads : {2, 5}) {
      options.threads = threads;
      EXPECT_TRUE(SameBits(Train(images, options).state.model, one)) << threads;
    }
    options.seed = 1;
    EXPECT_FALSE(SameBits(Train(images, options).state.model, one));
  }
}

TEST(TrainTest, ReportsEveryStepEpochAndRate) {
  std::vector<double> rates;
  double sum = 0, last = 0, first = 0;
  const TrainOptions options = SmallOptions();
  const TrainResult result = Train(RandomImages(5), options, [&](const TrainProgress& p) {
    EXPECT_EQ(p.steps_per_epoch, 3);
    EXPECT_EQ(p.state.step, 3 * (p.epoch - 1) + p.step_in_epoch);
    EXPECT_EQ(p.epoch_end, p.step_in_epoch == 3);
    EXPECT_NEAR(p.detail_lr, p.lr / 10, 1e-12);
    sum += (p.step_in_epoch == 3 ? 1 : 2) * p.losses.total;
    if (p.epoch_end) {
      EXPECT_NEAR(p.epoch_losses.total, sum / 5, 1e-12);
      rates.push_back(p.lr);
      if (first == 0) first = sum;
      last = sum;
      sum = 0;
    }
    return true;
  });
  EXPECT_EQ(result.end, TrainEnd::kDone);
  EXPECT_EQ(result.state.step, 12);
  ASSERT_EQ(rates.size(), 4);
  EXPECT_DOUBLE_EQ(rates[1], 1e-2);
  EXPECT_DOUBLE_EQ(rates[2], 1e-3);
  EXPECT_LT(last, first);  // it learns
}

TEST(TrainTest, StoppingAndResumingGivesTheSameBits) {
  const auto images = RandomImages(5);
  const TemporaryFolder folder;
  for (const TrainOptions& options :
       {SmallOptions(TrainOptions::Paper()), SmallOptions(TrainOptions::Release())}) {
    std::vector<double> losses;
    const Model whole = Train(images, options, [&](const TrainProgress& p) {
                          if (p.epoch_end) losses.push_back(p.epoch_losses.total);
                          return true;
                        }).state.model;
    for (const long stop : {1, 3, 7, 11}) {
      const TrainResult stopped =
          Train(images, options, [&](const TrainProgress& p) { return p.state.step < stop; });
      EXPECT_EQ(stopped.end, TrainEnd::kStopped);
      EXPECT_EQ(stopped.state.step, stop);
      SaveCheckpoint(stopped.state, options.Text(), folder / "checkpoint");
      const TrainState from = LoadCheckpoint(options.config, options.Text(), folder / "checkpoint");
      std::vector<double> rest;
      const TrainResult result = Train(
          images, options,
          [&](const TrainProgress& p) {
            if (p.epoch_end) rest.push_back(p.epoch_losses.total);
            return true;
          },
          &from);
      EXPECT_EQ(result.end, TrainEnd::kDone);
      EXPECT_TRUE(SameBits(result.state.model, whole)) << stop;
      EXPECT_EQ(rest, std::vector<double>(losses.begin() + stop / 3, losses.end()));
    }
  }
}

TEST(TrainTest, CheckpointsOfOtherOptionsAreRefused) {
  const TemporaryFolder folder;
  TrainOptions options = SmallOptions();
  const TrainState state = Train(RandomImages(5), options).state;
  SaveCheckpoint(state, options.Text(), folder / "checkpoint");
  options.mu = 4;
  const std::string text =
      ErrorText([&] { LoadCheckpoint(options.config, options.Text(), folder / "checkpoint"); },
                ErrorKind::kUsage);
  EXPECT_NE(text.find("another mu: 5, not 4"), std::string::npos) << text;
}

TEST(TrainTest, BrokenCheckpointsAreRefused) {
  const TemporaryFolder folder;
  const TrainOptions options = SmallOptions();
  const auto load = [&] { LoadCheckpoint(options.config, options.Text(), folder / "checkpoint"); };
  ErrorText(load, ErrorKind::kInput);  // missing
  SaveCheckpoint(Train(RandomImages(5), options).state, options.Text(), folder / "checkpoint");
  const std::string bytes = ReadAll(folder / "checkpoint");
  for (std::size_t size = 0; size < bytes.size(); size += 997) {
    WriteAll(folder / "checkpoint", bytes.substr(0, size));
    ErrorText(load, ErrorKind::kInput);
  }
  std::string other = bytes;
  other.replace(other.find("adam.first.base.0.eta"), 4, "eden");
  WriteAll(folder / "checkpoint", other);
  EXPECT_NE(ErrorText(load, ErrorKind::kInput).find("adam.first.base.0.eta"), std::string::npos);
}

TEST(TrainTest, ImagesOfAnyTypeAreSeenInEightBits) {
  const std::vector<Image> images = RandomImages(5);
  std::vector<Image> others;
  for (const Image& image : images) others.push_back(image.As(SampleType::kUint16));
  others[1] = images[1].As(SampleType::kFloat);
  others[2] = Image(std::array{images[2].GreyAs<std::uint8_t>(), images[2].GreyAs<std::uint8_t>(),
                               images[2].GreyAs<std::uint8_t>()});
  const TrainOptions options = SmallOptions();
  EXPECT_TRUE(SameBits(Train(others, options).state.model, Train(images, options).state.model));
}

TEST(TrainTest, TooFewOrTooSmallImages) {
  TrainOptions options = SmallOptions();
  EXPECT_NE(ErrorText([&] { Train(RandomImages(1), options); }, ErrorKind::kUsage).find("1 "),
            std::string::npos);
  // An image smaller than the crop is fine where parts are scaled, and named where they are not.
  auto images = RandomImages(5);
  images[3] = Image(Plane<std::uint8_t>(40, 12), "small one");
  EXPECT_EQ(Train(images, options).end, TrainEnd::kDone);
  options.crop_kind = Crop::kRandom;
  const std::string text = ErrorText([&] { Train(images, options); }, ErrorKind::kInput);
  EXPECT_NE(text.find("small one: has 40x12 pixels, fewer than 16"), std::string::npos) << text;
  // Exactly as large is enough.
  images[3] = Plane<std::uint8_t>(16, 16);
  EXPECT_EQ(Train(images, options).end, TrainEnd::kDone);
}

TEST(TrainTest, ALossThatIsNotFiniteStops) {
  const auto images = RandomImages(5);
  TrainOptions options = SmallOptions();
  TrainState state;
  Train(images, options, [&](const TrainProgress& p) {
    state = p.state;
    return p.state.step < 4;
  });
  // K is a sum of squares of this, which float does not hold.
  state.model.detail.layers[1].conv1[0] = 1e30f;
  int calls = 0;
  const std::string text = ErrorText(
      [&] {
        Train(
            images, options, [&](const TrainProgress&) { return ++calls > 0; }, &state);
      },
      ErrorKind::kUsage);
  EXPECT_NE(text.find("epoch 2, step 2"), std::string::npos) << text;
  EXPECT_NE(text.find("layer 2 of the detail encoder"), std::string::npos) << text;
  EXPECT_NE(text.find("lower learning rate"), std::string::npos) << text;
  EXPECT_EQ(calls, 0);
}

TEST(TrainTest, AHugeLearningRateIsAnErrorOrStaysFinite) {
  TrainOptions options = SmallOptions();
  options.lr = 1e30;
  ErrorText([&] { Train(RandomImages(5), options); }, ErrorKind::kUsage);
}

TEST(TrainOptionsTest, RangesAreChecked) {
  const auto expect_error = [](const auto& change) {
    TrainOptions options;
    change(options);
    ErrorText([&] { options.Validate(); }, ErrorKind::kUsage);
  };
  EXPECT_NO_THROW(TrainOptions::Paper().Validate());
  EXPECT_NO_THROW(TrainOptions::Release().Validate());
  expect_error([](TrainOptions& o) { o.epochs = 0; });
  expect_error([](TrainOptions& o) { o.batch = 0; });
  expect_error([](TrainOptions& o) { o.crop = 9; });
  expect_error([](TrainOptions& o) { o.crop_area = {0, 1}; });
  expect_error([](TrainOptions& o) { o.crop_ratio = {2, 1}; });
  expect_error([](TrainOptions& o) { o.lr = -1; });
  expect_error([](TrainOptions& o) { o.detail_lr = std::nan(""); });
  expect_error([](TrainOptions& o) { o.mu = std::numeric_limits<double>::infinity(); });
  expect_error([](TrainOptions& o) { o.offset_weight = -1; });
  expect_error([](TrainOptions& o) { o.offset_target = std::nan(""); });
  expect_error([](TrainOptions& o) { o.drops = {40, 40}; });
  expect_error([](TrainOptions& o) { o.eta.deviation = -1; });
}

TEST(InitialModelTest, StartsAsThePresetsSay) {
  for (TrainOptions options : {TrainOptions::Paper(), TrainOptions::Release()}) {
    options.config.layers = 100;
    const Model model = InitialModel(options);
    model.Validate();
    const bool paper = options.config == [&] {
      ModelConfig config = ModelConfig::Paper();
      config.layers = 100;
      return config;
    }();
    double eta = 0, eta_squares = 0, kernel_squares = 0, largest1 = 0, largest2 = 0;
    for (const Layer& layer : model.detail.layers) {
      eta += layer.eta / 100;
      eta_squares += std::pow(layer.eta - 0.1, 2) / 100;
      for (const float v : layer.conv1) {
        kernel_squares += double{v} * v / (100 * 576);
        largest1 = std::max(largest1, std::abs(double{v}));
      }
      for (const float v : layer.conv2) largest2 = std::max(largest2, std::abs(double{v}));
      EXPECT_EQ(layer.prelu, 0.25f);
      if (paper) {
        EXPECT_EQ(layer.theta, 1.0f);
      } else {
        EXPECT_NEAR(layer.theta, 1e-3, 6e-4);
      }
    }
    // Means of 100 and 57,600 draws: four deviations.
    EXPECT_NEAR(eta, 0.1, 4 * 0.03 / 10);
    EXPECT_NEAR(std::sqrt(eta_squares), 0.03, 4 * 0.03 / std::sqrt(200));
    EXPECT_NEAR(kernel_squares, paper ? 1.0 / 27 : 1, paper ? 0.001 : 0.03);
    if (paper) {
      EXPECT_NEAR(largest1, 1.0 / 3, 1e-3);
      EXPECT_NEAR(largest2, 1.0 / 24, 1e-4);
    }
    EXPECT_FALSE(SameBits(model, InitialModel([&] {
                            TrainOptions other = options;
                            other.seed = 1;
                            return other;
                          }())));
  }
}

TEST(AdamTest, FirstStepsByHand) {
  const ModelConfig config{.layers = 1, .channels = 1};
  Model model = EmptyModel(config), gradient = NoMoments(config);
  Model first = NoMoments(config), second = first;
  gradient.base.layers[0].eta = 0.5f;
  gradient.detail.layers[0].eta = -2;
  const auto step = [&](long number) {
    AdamStep(Tensors(std::as_const(gradient)), number, 0.01, 0.001, Tensors(model), Tensors(first),
             Tensors(second));
  };
  // The first step moves by the learning rate, against the gradient's sign.
  step(1);
  EXPECT_FLOAT_EQ(model.base.layers[0].eta, -0.01f);
  EXPECT_FLOAT_EQ(model.detail.layers[0].eta, 0.001f);
  EXPECT_EQ(model.base.layers[0].theta, 0);
  // Then a gradient of zero: m = 0.9 * 0.05, v = 0.999 * 0.00025, bias-corrected.
  gradient.base.layers[0].eta = 0;
  step(2);
  const double m = 0.9 * 0.05 / (1 - 0.81), v = 0.999 * 0.00025 / (1 - 0.999 * 0.999);
  EXPECT_NEAR(model.base.layers[0].eta, -0.01 - 0.01 * m / std::sqrt(v), 1e-8);
}

TEST(CropTest, RandomCropsReachEveryPlace) {
  TrainOptions options;
  options.crop_kind = Crop::kRandom;
  options.crop = 16;
  RandomSequence random = {1};
  int left = 100, right = 0, top = 100, bottom = 0;
  for (int i = 0; i < 500; ++i) {
    const CropBox box = DrawCrop(options, 24, 19, &random);
    EXPECT_EQ(box.width, 16);
    EXPECT_EQ(box.height, 16);
    left = std::min(left, box.x);
    right = std::max(right, box.x + 16);
    top = std::min(top, box.y);
    bottom = std::max(bottom, box.y + 16);
  }
  EXPECT_EQ(left, 0);
  EXPECT_EQ(right, 24);
  EXPECT_EQ(top, 0);
  EXPECT_EQ(bottom, 19);
}

TEST(CropTest, ResizedCropsKeepAreaAndRatio) {
  TrainOptions options;
  options.crop_kind = Crop::kRandomResized;
  RandomSequence random = {2};
  for (const auto& [width, height] : {std::pair{500, 300}, std::pair{10, 10}, std::pair{400, 10}}) {
    for (int i = 0; i < 500; ++i) {
      const CropBox box = DrawCrop(options, width, height, &random);
      ASSERT_GE(box.x, 0);
      ASSERT_GE(box.y, 0);
      ASSERT_GE(box.width, 1);
      ASSERT_LE(box.x + box.width, width);
      ASSERT_LE(box.y + box.height, height);
      if (width != 500) continue;
      EXPECT_GT(box.width * box.height, 0.075 * width * height);
      EXPECT_GT(double(box.width) / box.height, 0.74);
      EXPECT_LT(double(box.width) / box.height, 1.35);
    }
  }
}

TEST(CropTest, ScalingKeepsConstantsAndRamps) {
  Plane<std::uint8_t> ramp(200, 60);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 200; ++x) ramp.Row(y)[x] = static_cast<std::uint8_t>(x);
  }
  // Smaller, larger, and as it is.
  for (const CropBox& box :
       {CropBox{10, 5, 150, 50}, CropBox{10, 5, 20, 11}, CropBox{9, 4, 32, 32}}) {
    PaddedPlane out(32, 32);
    CopyCrop(ramp, box, &out);
    const double scale = box.width / 32.0;
    for (int y = 0; y < 32; ++y) {
      // Away from the border, where the triangle is cut off.
      for (int x = 2; x < 30; ++x) {
        // A triangle sampled at whole pixels has its middle near its centre: measured 0.025.
        EXPECT_NEAR(255 * out.Row(y)[x], box.x + (x + 0.5) * scale - 0.5, 0.05);
      }
    }
  }
}

}  // namespace
}  // namespace auif
