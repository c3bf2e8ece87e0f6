#include "auif/model.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "tests/expect_error.h"

namespace auif {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

ModelConfig Small(Kernels kernels) { return {.kernels = kernels, .layers = 2, .channels = 3}; }

void ExpectInvalid(const Model& model, const std::string& part) {
  ExpectError(ErrorKind::kInput, part, [&] { model.Validate("file"); });
  ExpectError(ErrorKind::kInput, "file: ", [&] { model.Validate("file"); });
}

TEST(ModelConfig, NamesOfForms) {
  EXPECT_EQ(ModelConfig::Paper().FormName(), "paper");
  EXPECT_EQ(ModelConfig::Release().FormName(), "release");
  EXPECT_EQ(ModelConfig().FormName(), "adjoint,input,gradient");
  ModelConfig config = ModelConfig::Paper();
  config.padding = Padding::kFeature;
  EXPECT_EQ(config.FormName(), "independent,feature,output");
  // Sizes do not change the form.
  config = ModelConfig::Paper();
  config.layers = 3;
  EXPECT_EQ(config.FormName(), "paper");
}

TEST(ModelConfig, Ranges) {
  for (const int layers : {1, 1000}) {
    EXPECT_NO_THROW((ModelConfig{.layers = layers, .channels = 1024}.Validate()));
  }
  for (const int layers : {std::numeric_limits<int>::min(), -1, 0, 1001}) {
    ExpectError(ErrorKind::kInput, "f: the number of layers is " + std::to_string(layers),
                [&] { ModelConfig{.layers = layers}.Validate("f"); });
  }
  for (const int channels : {-1, 0, 1025}) {
    ExpectError(ErrorKind::kInput, "the number of channels is " + std::to_string(channels),
                [&] { ModelConfig{.channels = channels}.Validate(); });
  }
  ExpectError(ErrorKind::kInput, "the number of layers",
              [] { EmptyModel(ModelConfig{.layers = 0}); });
}

TEST(Model, EmptyModelsAreValid) {
  for (const Kernels kernels : {Kernels::kAdjoint, Kernels::kIndependent}) {
    const Model model = EmptyModel(Small(kernels));
    EXPECT_NO_THROW(model.Validate());
    EXPECT_EQ(model.config, Small(kernels));
    EXPECT_EQ(model.detail.layers[1].bn.running_var, 1);
  }
}

TEST(Model, ParameterCount) {
  // A layer has 9 C numbers a kernel tensor, eta, theta, the slope and BN's weight and bias; the
  // decoder has 9 and BN's two.
  EXPECT_EQ(EmptyModel(ModelConfig::Release()).ParameterCount(), 20 * (576 + 5) + 11);
  EXPECT_EQ(EmptyModel(ModelConfig::Paper()).ParameterCount(), 20 * (1152 + 5) + 11);
  EXPECT_EQ(EmptyModel(Small(Kernels::kAdjoint)).ParameterCount(), 4 * (27 + 5) + 11);
}

TEST(Model, TensorsAreViewsOfTheModel) {
  Model model = EmptyModel(Small(Kernels::kIndependent));
  std::set<std::string> names;
  float value = 0;
  for (const auto& tensor : Tensors(model)) {
    names.insert(tensor.name);
    for (float& v : tensor.values) v = ++value;
  }
  EXPECT_EQ(names.size(), 4u * 9 + 5);
  EXPECT_TRUE(names.contains("detail.1.conv2.weight"));
  EXPECT_TRUE(names.contains("decoder.bn.running_var"));
  EXPECT_FALSE(names.contains("base.0.kernel"));
  EXPECT_EQ(model.base.layers[0].conv1[0], 1);
  EXPECT_EQ(model.base.layers[0].conv2[0], 28);
  EXPECT_EQ(model.base.layers[0].eta, 55);
  EXPECT_EQ(model.decoder.bn.running_var, value);

  const Model& constant = model;
  const auto views = Tensors(constant);
  EXPECT_EQ(views[1].shape, (std::vector<int>{1, 3, 3, 3}));
  EXPECT_EQ(views[1].values.data(), constant.base.layers[0].conv2.data());
}

TEST(Model, WrongSizesAreNamed) {
  const Model good = EmptyModel(Small(Kernels::kAdjoint));
  Model bad = good;
  bad.detail.layers.pop_back();
  ExpectInvalid(bad, "the detail encoder has 1 layers, not 2");
  bad = good;
  bad.base.layers[1].conv1.push_back(0);
  ExpectInvalid(bad, "tensor base.1.kernel has 28 values, not 27");
  bad = good;
  bad.base.layers[0].conv2.assign(27, 0);
  ExpectInvalid(bad, "base.0.conv2.weight has no place");
  bad = EmptyModel(Small(Kernels::kIndependent));
  bad.detail.layers[0].conv2.clear();
  ExpectInvalid(bad, "tensor detail.0.conv2.weight has 0 values, not 27");
  bad = good;
  bad.config.layers = 0;
  ExpectInvalid(bad, "the number of layers");
}

TEST(Model, EveryBadValueIsNamed) {
  Model model = EmptyModel(Small(Kernels::kIndependent));
  for (const auto& tensor : Tensors(model)) {
    float& value = tensor.values.back();
    const float old = value;
    for (const float bad : {kNan, kInfinity, -kInfinity}) {
      value = bad;
      ExpectInvalid(model, "tensor " + tensor.name + " has a value not finite");
    }
    value = -1e-30f;
    if (tensor.name.ends_with("running_var")) {
      ExpectInvalid(model, "tensor " + tensor.name + " is negative");
    } else {
      EXPECT_NO_THROW(model.Validate());
    }
    value = old;
  }
}

}  // namespace
}  // namespace auif
