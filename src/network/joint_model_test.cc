#include "auif/joint_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "tests/expect_error.h"

namespace auif {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

void ExpectInvalid(const JointModel& model, const std::string& part) {
  ExpectError(ErrorKind::kInput, part, [&] { model.Validate("file"); });
  ExpectError(ErrorKind::kInput, "file: ", [&] { model.Validate("file"); });
}

TEST(JointModel, EmptyModelsAreValid) {
  const JointModel model = EmptyJointModel(2, 3);
  EXPECT_NO_THROW(model.Validate());
  EXPECT_EQ(model.base.layers.size(), 2u);
  EXPECT_EQ(model.detail.layers[1].conv2.size(), 27u);
  EXPECT_EQ(model.detail.layers[1].bn.running_var, 1);
  EXPECT_EQ(model.LayerConfig().FormName(), "paper");
  EXPECT_EQ(model.LayerConfig().layers, 2);
  EXPECT_EQ(model.LayerConfig().channels, 3);
  ExpectError(ErrorKind::kInput, "the number of layers is 0", [] { EmptyJointModel(0, 3); });
  ExpectError(ErrorKind::kInput, "the number of channels is 1025",
              [] { EmptyJointModel(2, 1025); });
}

TEST(JointModel, ParameterCount) {
  // A layer has two kernel tensors of 9 C numbers, eta, theta, the slope and BN's weight and bias;
  // the decoder two times three kernels of 25, two biases and the share.
  EXPECT_EQ(EmptyJointModel(10, 64).ParameterCount(), 20 * (1152 + 5) + 203);
  EXPECT_EQ(EmptyJointModel(2, 3).ParameterCount(), 4 * (54 + 5) + 203);
}

TEST(JointModel, TensorsAreViewsOfTheModel) {
  JointModel model = EmptyJointModel(2, 3);
  std::set<std::string> names, fixed;
  float value = 0;
  for (const auto& tensor : Tensors(model)) {
    names.insert(tensor.name);
    if (!tensor.trainable) fixed.insert(tensor.name);
    for (float& v : tensor.values) v = ++value;
  }
  EXPECT_EQ(names.size(), 4u * 9 + 11 + 7);
  EXPECT_EQ(fixed.size(), 4u * 2 + 7);
  EXPECT_TRUE(fixed.contains("base.1.bn.running_var"));
  EXPECT_TRUE(fixed.contains("tone.share"));
  EXPECT_EQ(model.base.layers[0].conv1[0], 1);
  EXPECT_EQ(model.base.layers[0].conv2[0], 28);
  EXPECT_EQ(model.tone.plateau, value);
  EXPECT_EQ(model.tone.tail, value - 5);
  EXPECT_EQ(model.decoder.share, value - 7);
  EXPECT_EQ(model.decoder.bias[1], value - 8);
  EXPECT_EQ(model.decoder.kernels[1][3][24], value - 9);
  EXPECT_EQ(model.decoder.kernels[0][0][0], value - 9 - 200);  // one bias between

  const JointModel& constant = model;
  int found = 0;
  for (const auto& tensor : Tensors(constant)) {
    if (tensor.name == "decoder.1.detail") {
      EXPECT_EQ(tensor.shape, (std::vector<int>{5, 5}));
      EXPECT_EQ(tensor.values.data(), constant.decoder.kernels[1][1].data());
      ++found;
    }
    if (tensor.name == "detail.1.conv1.weight") {
      EXPECT_EQ(tensor.shape, (std::vector<int>{3, 1, 3, 3}));
      EXPECT_EQ(tensor.values.data(), constant.detail.layers[1].conv1.data());
      ++found;
    }
  }
  EXPECT_EQ(found, 2);
}

TEST(JointModel, WrongSizesAreNamed) {
  const JointModel good = EmptyJointModel(2, 3);
  JointModel bad = good;
  bad.detail.layers.pop_back();
  ExpectInvalid(bad, "the detail encoder has 1 layers, not 2");
  bad = good;
  bad.layers = 3;
  ExpectInvalid(bad, "the base encoder has 2 layers, not 3");
  bad.layers = 0;
  ExpectInvalid(bad, "the number of layers is 0");
  bad = good;
  bad.base.layers[1].conv1.push_back(0);
  ExpectInvalid(bad, "tensor base.1.conv1.weight has 28 values, not 27");
  bad = good;
  bad.detail.layers[0].conv2.clear();
  ExpectInvalid(bad, "tensor detail.0.conv2.weight has 0 values, not 27");
  bad = good;
  bad.channels = 4;
  ExpectInvalid(bad, "tensor base.0.conv1.weight has 27 values, not 36");
}

TEST(JointModel, EveryBadValueIsNamed) {
  JointModel model = EmptyJointModel(2, 3);
  for (const auto& tensor : Tensors(model)) {
    float& value = tensor.values.back();
    const float old = value;
    for (const float bad : {std::nanf(""), kInfinity, -kInfinity}) {
      value = bad;
      ExpectInvalid(model, "tensor " + tensor.name + " has a value not finite");
    }
    value = old;
  }
  EXPECT_NO_THROW(model.Validate());
  model.detail.layers[1].bn.running_var = -1e-30F;
  ExpectInvalid(model, "tensor detail.1.bn.running_var is negative");
}

TEST(JointModel, RangesOfTheTone) {
  const struct {
    const char* name;
    float JointTone::*value;
    float least, most;
  } ranges[] = {{"share", &JointTone::share, 0, 0.9F},
                {"tail", &JointTone::tail, 0, 0.4F},
                {"stretch", &JointTone::stretch, 0, 1},
                {"stretch_slope", &JointTone::stretch_slope, -10, 10},
                {"equalise", &JointTone::equalise, 0, 1},
                {"equalise_slope", &JointTone::equalise_slope, -10, 10},
                {"plateau", &JointTone::plateau, 1, 1000}};
  for (const auto& range : ranges) {
    JointModel model = EmptyJointModel(1, 1);
    for (const float good : {range.least, range.most}) {
      model.tone.*range.value = good;
      EXPECT_NO_THROW(model.Validate()) << range.name;
    }
    for (const float bad :
         {std::nextafter(range.least, -kInfinity), std::nextafter(range.most, kInfinity)}) {
      model.tone.*range.value = bad;
      ExpectInvalid(model, std::string("tensor tone.") + range.name + " is out of its range");
    }
  }
}

}  // namespace
}  // namespace auif
