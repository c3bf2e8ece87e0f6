#include "auif/model_io.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>

#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "tests/expect_error.h"
#include "tests/paths.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

Model RandomModel(const ModelConfig& config) {
  Model model = EmptyModel(config);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const auto& tensor : Tensors(model)) {
    for (float& value : tensor.values) value = std::abs(normal(random));
  }
  model.metadata = {{"training", "none"}, {"zebra", "\xe2\x88\x92"}};
  return model;
}

void ExpectSameModel(const Model& a, const Model& b) {
  EXPECT_EQ(a.config, b.config);
  EXPECT_EQ(a.metadata, b.metadata);
  const auto as = Tensors(a), bs = Tensors(b);
  ASSERT_EQ(as.size(), bs.size());
  for (std::size_t i = 0; i < as.size(); ++i) {
    EXPECT_EQ(as[i].name, bs[i].name);
    ASSERT_EQ(as[i].values.size(), bs[i].values.size()) << as[i].name;
    for (std::size_t j = 0; j < as[i].values.size(); ++j) {
      EXPECT_EQ(std::bit_cast<unsigned>(as[i].values[j]), std::bit_cast<unsigned>(bs[i].values[j]))
          << as[i].name;
    }
  }
}

class ModelFile : public ::testing::Test {
 protected:
  // Saves a good model, changes the file's content and expects that it cannot be loaded.
  template <typename Change>
  void ExpectBroken(const std::string& part, Change&& change) {
    SaveModel(good_, path_);
    Safetensors content = ParseSafetensors(ReadFile(path_), "");
    change(content);
    WriteFileAtomically(path_, SerializeSafetensors(content));
    ExpectError(ErrorKind::kInput, part, [&] { LoadModel(path_); });
    ExpectError(ErrorKind::kInput, path_.string() + ": ", [&] { LoadModel(path_); });
  }

  const Model good_ = RandomModel({.layers = 2, .channels = 3});
  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "model.safetensors";
};

TEST_F(ModelFile, RoundTripOfEveryForm) {
  for (const Kernels kernels : {Kernels::kAdjoint, Kernels::kIndependent}) {
    for (const Padding padding : {Padding::kInput, Padding::kFeature}) {
      for (const Activation activation : {Activation::kGradient, Activation::kOutput}) {
        const Model model = RandomModel({kernels, padding, activation, 3, 5});
        SaveModel(model, path_);
        const std::string bytes = ReadFile(path_);
        ExpectSameModel(LoadModel(path_), model);
        SaveModel(LoadModel(path_), path_);
        EXPECT_EQ(ReadFile(path_), bytes);
      }
    }
  }
}

TEST_F(ModelFile, FreeTextDoesNotReplaceTheConfiguration) {
  Model model = good_;
  model.metadata["layers"] = "7";
  model.metadata["format"] = "other";
  SaveModel(model, path_);
  ExpectSameModel(LoadModel(path_), good_);
}

JointModel RandomJoint() {
  JointModel model = EmptyJointModel(2, 3);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (const auto& tensor : Tensors(model)) {
    if (tensor.name.starts_with("tone.")) continue;
    for (float& value : tensor.values) value = std::abs(normal(random));
  }
  model.tone.share = 0.4F;
  model.tone.stretch_slope = -0.7F;
  model.metadata = {{"training", "none"}, {"kernels", "of corn"}};
  return model;
}

TEST_F(ModelFile, RoundTripOfJointModels) {
  const JointModel model = RandomJoint();
  SaveModel(model, path_);
  const std::string bytes = ReadFile(path_);
  const JointModel loaded = LoadJointModel(path_);
  EXPECT_EQ(loaded.layers, 2);
  EXPECT_EQ(loaded.channels, 3);
  EXPECT_EQ(loaded.metadata, model.metadata);
  const auto expected = Tensors(model), tensors = Tensors(loaded);
  ASSERT_EQ(tensors.size(), expected.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(tensors[i].name, expected[i].name);
    EXPECT_TRUE(std::ranges::equal(tensors[i].values, expected[i].values)) << tensors[i].name;
  }
  SaveModel(loaded, path_);
  EXPECT_EQ(ReadFile(path_), bytes);

  const Safetensors content = ParseSafetensors(bytes, "");
  EXPECT_EQ(content.metadata.at("network"), "joint");
  EXPECT_EQ(content.tensors.size(), 4u * 9 + 11 + 7);
  EXPECT_EQ(content.tensors.at("decoder.1.closed").shape, (std::vector<std::int64_t>{5, 5}));
  EXPECT_EQ(content.tensors.at("tone.share").values, std::vector<float>{0.4F});
}

TEST_F(ModelFile, NetworksAreNotMistakenForEachOther) {
  SaveModel(RandomJoint(), path_);
  for (const char* part : {"is a model of the network \"joint\", not of auif", "--method joint",
                           "model.safetensors: "}) {
    ExpectError(ErrorKind::kInput, part, [&] { LoadModel(path_); });
  }
  SaveModel(good_, path_);
  for (const char* part :
       {"is a model of the network \"auif\", not of joint", "model.safetensors: "}) {
    ExpectError(ErrorKind::kInput, part, [&] { LoadJointModel(path_); });
  }
  // Nor by free text.
  Model model = good_;
  model.metadata["network"] = "joint";
  SaveModel(model, path_);
  ExpectSameModel(LoadModel(path_), good_);
  JointModel joint = RandomJoint();
  joint.metadata["network"] = "auif";
  joint.metadata["layers"] = "7";
  SaveModel(joint, path_);
  EXPECT_EQ(LoadJointModel(path_).metadata, RandomJoint().metadata);
}

TEST_F(ModelFile, BrokenJointModels) {
  const JointModel model = RandomJoint();
  const auto broken = [&](const std::string& part, const auto& change) {
    SaveModel(model, path_);
    Safetensors content = ParseSafetensors(ReadFile(path_), "");
    change(content);
    WriteFileAtomically(path_, SerializeSafetensors(content));
    ExpectError(ErrorKind::kInput, path_.string() + ": " + part, [&] { LoadJointModel(path_); });
  };
  for (const auto& tensor : Tensors(model)) {
    const std::string& name = tensor.name;
    broken("tensor " + name + " is missing", [&](auto& c) { c.tensors.erase(name); });
    broken("tensor " + name + " has a value not finite",
           [&](auto& c) { c.tensors[name].values.back() = NAN; });
  }
  broken("unexpected tensor base.2.eta", [](auto& c) { c.tensors["base.2.eta"] = {{1}, {0}}; });
  broken("tensor decoder.0.base has shape (25), not (5, 5)",
         [](auto& c) { c.tensors["decoder.0.base"].shape = {25}; });
  broken("tensor tone.share is out of its range",
         [](auto& c) { c.tensors["tone.share"].values[0] = 1; });
  broken("the metadata has no layers", [](auto& c) { c.metadata.erase("layers"); });
  broken("the number of channels is 0", [](auto& c) { c.metadata["channels"] = "0"; });
  broken("is a model of the network \"third\", not of joint",
         [](auto& c) { c.metadata["network"] = "third"; });
  JointModel bad = model;
  bad.decoder.bias[1] = NAN;
  ExpectError(ErrorKind::kInput, "tensor decoder.1.bias has a value not finite",
              [&] { SaveModel(bad, path_); });
}

TEST_F(ModelFile, NamesAndShapes) {
  SaveModel(RandomModel({.kernels = Kernels::kIndependent, .layers = 1, .channels = 4}), path_);
  const TensorMap tensors = ParseSafetensors(ReadFile(path_), "").tensors;
  EXPECT_EQ(tensors.size(), 2u * 9 + 5);
  EXPECT_EQ(tensors.at("base.0.conv1.weight").shape, (std::vector<std::int64_t>{4, 1, 3, 3}));
  EXPECT_EQ(tensors.at("detail.0.conv2.weight").shape, (std::vector<std::int64_t>{1, 4, 3, 3}));
  EXPECT_EQ(tensors.at("base.0.bn.running_var").shape, (std::vector<std::int64_t>{1}));
  EXPECT_EQ(tensors.at("decoder.conv.weight").shape, (std::vector<std::int64_t>{1, 1, 3, 3}));
}

TEST_F(ModelFile, BrokenTensors) {
  for (const auto& tensor : Tensors(good_)) {
    const std::string& name = tensor.name;
    ExpectBroken("tensor " + name + " is missing", [&](auto& c) { c.tensors.erase(name); });
    ExpectBroken("tensor " + name + " has a value not finite",
                 [&](auto& c) { c.tensors[name].values.back() = NAN; });
  }
  ExpectBroken("tensor base.1.kernel has shape (1, 3, 3, 3), not (3, 1, 3, 3)", [](auto& c) {
    c.tensors["base.1.kernel"].shape = {1, 3, 3, 3};
  });
  ExpectBroken("tensor base.1.eta has shape (), not (1)",
               [](auto& c) { c.tensors["base.1.eta"].shape = {}; });
  ExpectBroken("unexpected tensor base.2.eta", [](auto& c) {
    c.tensors["base.2.eta"] = {{1}, {0}};
  });
  ExpectBroken("tensor decoder.bn.running_var is negative",
               [](auto& c) { c.tensors["decoder.bn.running_var"].values[0] = -1; });
}

TEST_F(ModelFile, BrokenMetadata) {
  ExpectBroken("not a model of this program", [](auto& c) { c.metadata.clear(); });
  ExpectBroken("not a model of this program", [](auto& c) { c.metadata["format"] = "pt"; });
  ExpectBroken("has format version \"2\"", [](auto& c) { c.metadata["format_version"] = "2"; });
  for (const char* key :
       {"format_version", "kernels", "padding", "activation", "layers", "channels"}) {
    ExpectBroken(std::string("the metadata has no ") + key,
                 [&](auto& c) { c.metadata.erase(key); });
  }
  ExpectBroken("metadata padding is \"zero\", not input or feature",
               [](auto& c) { c.metadata["padding"] = "zero"; });
  for (const char* number : {"", "two", "2 ", "0x2", "99999999999"}) {
    ExpectBroken("metadata layers is \"" + std::string(number) + "\", not a number",
                 [&](auto& c) { c.metadata["layers"] = number; });
  }
  ExpectBroken("the number of layers is -2", [](auto& c) { c.metadata["layers"] = "-2"; });
  ExpectBroken("tensor base.2.kernel is missing", [](auto& c) { c.metadata["layers"] = "3"; });
  ExpectBroken("unexpected tensor base.1", [](auto& c) { c.metadata["layers"] = "1"; });
  ExpectBroken("tensor base.0.kernel has shape (3, 1, 3, 3), not (4, 1, 3, 3)",
               [](auto& c) { c.metadata["channels"] = "4"; });
  ExpectBroken("tensor base.0.conv1.weight is missing",
               [](auto& c) { c.metadata["kernels"] = "independent"; });
}

TEST_F(ModelFile, FilesThatAreNoModels) {
  ExpectError(ErrorKind::kInput, "no such file", [&] { LoadModel(path_); });
  ExpectError(ErrorKind::kInput, "is a folder", [&] { LoadModel(folder_.path()); });
  WriteFileAtomically(path_, "");
  ExpectError(ErrorKind::kInput, "too short", [&] { LoadModel(path_); });
}

TEST_F(ModelFile, CutOffAnywhere) {
  SaveModel(good_, path_);
  const std::string bytes = ReadFile(path_);
  for (std::size_t size = 0; size < bytes.size(); size += 97) {  // a prime: all alignments
    WriteFileAtomically(path_, bytes.substr(0, size));
    EXPECT_THROW(LoadModel(path_), Error) << size;
  }
}

TEST_F(ModelFile, InvalidModelsAreNotSaved) {
  SaveModel(good_, path_);
  Model bad = good_;
  bad.base.layers[0].eta = NAN;
  ExpectError(ErrorKind::kInput, "tensor base.0.eta has a value not finite",
              [&] { SaveModel(bad, path_); });
  ExpectSameModel(LoadModel(path_), good_);
  ExpectError(ErrorKind::kOutput, "cannot be written",
              [&] { SaveModel(good_, folder_ / "absent" / "model"); });
}

TEST_F(ModelFile, DefaultModelIsTheShippedFile) {
  const Model& model = DefaultModel();
  EXPECT_EQ(&DefaultModel(), &model);
  EXPECT_EQ(model.config.FormName(), "paper");
  EXPECT_EQ(model.config.layers, 10);
  EXPECT_EQ(model.config.channels, 64);
  EXPECT_EQ(model.ParameterCount(), 23151);
  ExpectSameModel(model, LoadModel(SourceDir() + "/models/auif-default.safetensors"));
  // Saving it gives the shipped file, byte for byte.
  SaveModel(model, path_);
  EXPECT_EQ(ReadFile(path_), ReadFile(SourceDir() + "/models/auif-default.safetensors"));
  // A 64-bit FNV-1a hash of all bits: nobody changes the model unseen.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const auto& tensor : Tensors(model)) {
    for (const float value : tensor.values) {
      std::string bytes;
      AppendLittleEndian(std::bit_cast<std::uint32_t>(value), &bytes);
      for (const char byte : bytes) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
      }
    }
  }
  EXPECT_EQ(hash, 0x93d0cf460f683e20u);
}

}  // namespace
}  // namespace auif
