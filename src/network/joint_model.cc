#include "auif/joint_model.h"

#include <cmath>

#include "auif/error.h"
#include "network/tensors.h"

namespace auif {
namespace {

template <typename Value, typename ModelT>
std::vector<TensorView<Value>> AllTensors(ModelT& model) {
  std::vector<TensorView<Value>> tensors;
  const ModelConfig config = model.LayerConfig();
  AddEncoder("base", model.base, config, &tensors);
  AddEncoder("detail", model.detail, config, &tensors);
  for (auto& tensor : tensors) {
    // BN is an affine map: no batch moves its statistics.
    if (tensor.name.find(".bn.running_") != std::string::npos) tensor.trainable = false;
  }
  const char* const maps[JointDecoder::kMaps] = {"base", "detail", "closed", "least"};
  for (int u = 0; u < 2; ++u) {
    const std::string prefix = "decoder." + std::to_string(u) + ".";
    for (int m = 0; m < JointDecoder::kMaps; ++m) {
      tensors.push_back({prefix + maps[m], {5, 5}, model.decoder.kernels[u][m], true});
    }
    tensors.push_back({prefix + "bias", {1}, {&model.decoder.bias[u], 1}, true});
  }
  tensors.push_back({"decoder.share", {1}, {&model.decoder.share, 1}, true});
  const auto tone = [&](const char* name, Value& value) {
    tensors.push_back({std::string("tone.") + name, {1}, {&value, 1}, false});
  };
  tone("share", model.tone.share);
  tone("tail", model.tone.tail);
  tone("stretch", model.tone.stretch);
  tone("stretch_slope", model.tone.stretch_slope);
  tone("equalise", model.tone.equalise);
  tone("equalise_slope", model.tone.equalise_slope);
  tone("plateau", model.tone.plateau);
  return tensors;
}

void CheckRange(const char* name, float value, float least, float most, const std::string& where) {
  if (value >= least && value <= most) return;
  throw Error(ErrorKind::kInput, std::string("tensor tone.") + name + " is out of its range",
              where);
}

}  // namespace

ModelConfig JointModel::LayerConfig() const {
  ModelConfig config = ModelConfig::Paper();
  config.layers = layers;
  config.channels = channels;
  return config;
}

void JointModel::Validate(const std::string& where) const {
  LayerConfig().Validate(where);
  for (const Encoder* encoder : {&base, &detail}) {
    if (encoder->layers.size() == static_cast<std::size_t>(layers)) continue;
    throw Error(ErrorKind::kInput,
                std::string("the ") + (encoder == &base ? "base" : "detail") + " encoder has " +
                    std::to_string(encoder->layers.size()) + " layers, not " +
                    std::to_string(layers),
                where);
  }
  CheckTensors(Tensors(*this), where);
  CheckRange("share", tone.share, 0, 0.9F, where);
  CheckRange("tail", tone.tail, 0, 0.4F, where);
  CheckRange("stretch", tone.stretch, 0, 1, where);
  CheckRange("stretch_slope", tone.stretch_slope, -10, 10, where);
  CheckRange("equalise", tone.equalise, 0, 1, where);
  CheckRange("equalise_slope", tone.equalise_slope, -10, 10, where);
  CheckRange("plateau", tone.plateau, 1, 1000, where);
}

long JointModel::ParameterCount() const { return CountTrainable(Tensors(*this)); }

std::vector<TensorView<float>> Tensors(JointModel& model) { return AllTensors<float>(model); }

std::vector<TensorView<const float>> Tensors(const JointModel& model) {
  return AllTensors<const float>(model);
}

JointModel EmptyJointModel(int layers, int channels) {
  JointModel model;
  model.layers = layers;
  model.channels = channels;
  Model encoders = EmptyModel(model.LayerConfig());
  model.base = std::move(encoders.base);
  model.detail = std::move(encoders.detail);
  return model;
}

}  // namespace auif
