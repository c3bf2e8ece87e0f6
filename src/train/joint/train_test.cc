// The loop: determinism, what it learns, what can go wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "image/convert.h"
#include "tests/expect_error.h"
#include "tests/gradient_check.h"
#include "train/joint/options.h"

namespace auif {
namespace {

TrainingPair BlockPair(int width, int height, std::uint32_t seed) {
  TrainingPair pair{Plane<std::uint8_t>(width, height), Plane<std::uint8_t>(width, height)};
  for (int s = 0; s < 2; ++s) {
    const Plane<float> image = BlockImage(width, height, 2 * seed + s);
    Plane<std::uint8_t>& to = s == 0 ? pair.ir : pair.vis;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) to.Row(y)[x] = FromUnit<std::uint8_t>(image.Row(y)[x]);
    }
  }
  return pair;
}

std::vector<TrainingPair> Pairs() {
  return {BlockPair(60, 50, 1), BlockPair(41, 64, 2), BlockPair(55, 55, 3)};
}

JointTrainOptions Tiny() {
  JointTrainOptions options;
  options.layers = 2;
  options.channels = 3;
  options.steps = 6;
  options.batch = 2;
  options.crop = 41;
  options.warm_up = 3;
  options.threads = 1;
  return options;
}

std::vector<float> Values(const JointModel& model) {
  std::vector<float> values;
  for (const auto& tensor : Tensors(model)) {
    values.insert(values.end(), tensor.values.begin(), tensor.values.end());
  }
  return values;
}

TEST(JointTrainTest, ModelsStartAsTheOptionsSay) {
  JointTrainOptions options = Tiny();
  options.tone.share = 0.125F;
  const JointModel model = InitialJointModel(options);
  EXPECT_NO_THROW(model.Validate());
  EXPECT_EQ(model.layers, 2);
  EXPECT_EQ(model.channels, 3);
  EXPECT_EQ(model.tone.share, 0.125F);
  for (const Encoder* encoder : {&model.base, &model.detail}) {
    for (const Layer& layer : encoder->layers) {
      for (const float tap : layer.conv1) EXPECT_LT(std::abs(tap), 0.334F);
      for (const float tap : layer.conv2) EXPECT_LT(std::abs(tap), 0.193F);
      EXPECT_NEAR(layer.eta, 0.1, 0.2);
      EXPECT_EQ(layer.bn.weight, 1);
    }
  }
  EXPECT_NE(model.base.layers[0].conv1, model.base.layers[1].conv1);
  EXPECT_NE(model.base.layers[0].conv1, model.detail.layers[0].conv1);
  EXPECT_EQ(Values(InitialJointModel(options)), Values(model));
  options.seed = 1;
  EXPECT_NE(Values(InitialJointModel(options)), Values(model));
}

TEST(JointTrainTest, SameBitsForAnyNumberOfThreadsAndOthersForAnotherSeed) {
  JointTrainOptions options = Tiny();
  const std::vector<float> one = Values(TrainJoint(Pairs(), options).model);
  for (const int threads : {2, 3}) {
    options.threads = threads;
    EXPECT_EQ(Values(TrainJoint(Pairs(), options).model), one) << threads;
  }
  options.seed = 1;
  EXPECT_NE(Values(TrainJoint(Pairs(), options).model), one);
}

TEST(JointTrainTest, TheLossFalls) {
  JointTrainOptions options = Tiny();
  options.steps = 40;
  options.lr = 1e-2;
  options.night = options.soft = 0;
  double first = 0, last = 0;
  int calls = 0;
  const JointTrainResult result =
      TrainJoint(Pairs(), options, [&](const JointTrainProgress& progress) {
        EXPECT_EQ(progress.step, ++calls);
        EXPECT_EQ(progress.steps, 40);
        if (calls <= 8) first += progress.losses.total / 8;
        if (calls > 32) last += progress.losses.total / 8;
        return true;
      });
  EXPECT_EQ(calls, 40);
  EXPECT_FALSE(result.stopped);
  EXPECT_NO_THROW(result.model.Validate());
  EXPECT_LT(last, first - 0.5);
  // BN's statistics and the tone stay.
  EXPECT_EQ(result.model.base.layers[1].bn.running_mean, 0);
  EXPECT_EQ(result.model.base.layers[1].bn.running_var, 1);
  EXPECT_EQ(result.model.tone.share, options.tone.share);
  EXPECT_EQ(result.model.metadata.at("training.steps"), "40");
  EXPECT_EQ(result.model.metadata.at("training.seed"), "0");
}

TEST(JointTrainTest, WeightsOfTheLastStepsAreAveraged) {
  JointTrainOptions options = Tiny();
  options.steps = 4;
  options.averaged = 0;
  const std::vector<float> none = Values(TrainJoint(Pairs(), options).model);
  options.averaged = 0.25;  // one step
  EXPECT_EQ(Values(TrainJoint(Pairs(), options).model), none);
  options.averaged = 0.5;
  EXPECT_NE(Values(TrainJoint(Pairs(), options).model), none);
}

TEST(JointTrainTest, StopsWhenToldTo) {
  int calls = 0;
  const JointTrainResult result =
      TrainJoint(Pairs(), Tiny(), [&](const JointTrainProgress&) { return ++calls < 3; });
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(calls, 3);
  // After the last step there is nothing to stop.
  EXPECT_FALSE(TrainJoint(Pairs(), Tiny(), [](const JointTrainProgress& p) {
                 return p.step < p.steps;
               }).stopped);
}

TEST(JointTrainTest, RefusesWhatCannotBe) {
  const JointTrainOptions options = Tiny();
  ExpectError(ErrorKind::kInput, "no pairs", [&] { TrainJoint({}, options); });
  std::vector<TrainingPair> pairs = Pairs();
  pairs.push_back(BlockPair(60, 40, 4));
  ExpectError(ErrorKind::kInput, "60x40", [&] { TrainJoint(pairs, options); });
  pairs.back() = BlockPair(60, 50, 4);
  pairs.back().vis = Plane<std::uint8_t>(50, 60);
  ExpectError(ErrorKind::kInput, "60x50 and 50x60", [&] { TrainJoint(pairs, options); });
  JointTrainOptions bad = options;
  bad.lr = std::numeric_limits<double>::quiet_NaN();
  ExpectError(ErrorKind::kUsage, "lr: is nan", [&] { TrainJoint(Pairs(), bad); });
  bad = options;
  bad.loss.mi = -1;
  ExpectError(ErrorKind::kUsage, "mi: is -1", [&] { TrainJoint(Pairs(), bad); });
}

TEST(JointTrainTest, SaysWhereNumbersAreLost) {
  JointTrainOptions options = Tiny();
  options.layers = 12;
  options.steps = 40;
  options.warm_up = 0;
  options.lr = 1;
  ExpectError(ErrorKind::kUsage, "training left the finite numbers in step ",
              [&] { TrainJoint(Pairs(), options); });
}

}  // namespace
}  // namespace auif
