#include "auif/model.h"

#include <cmath>
#include <functional>
#include <numeric>

#include "auif/error.h"
#include "network/tensors.h"

namespace auif {
namespace {

// Far above every sensible network; they keep sizes within int and a broken file from asking for
// all the memory.
constexpr int kMaxLayers = 1000;
constexpr int kMaxChannels = 1024;

[[noreturn]] void Fail(const std::string& message, const std::string& where) {
  throw Error(ErrorKind::kInput, message, where);
}

template <typename Value, typename ModelT>
std::vector<TensorView<Value>> AllTensors(ModelT& model) {
  std::vector<TensorView<Value>> tensors;
  AddEncoder("base", model.base, model.config, &tensors);
  AddEncoder("detail", model.detail, model.config, &tensors);
  tensors.push_back({"decoder.conv.weight", {1, 1, 3, 3}, model.decoder.conv, true});
  AddBatchNorm("decoder", model.decoder.bn, &tensors);
  return tensors;
}

}  // namespace

const char* Name(Kernels kernels) {
  return kernels == Kernels::kAdjoint ? "adjoint" : "independent";
}

const char* Name(Padding padding) { return padding == Padding::kInput ? "input" : "feature"; }

const char* Name(Activation activation) {
  return activation == Activation::kGradient ? "gradient" : "output";
}

ModelConfig ModelConfig::Paper() {
  return {.kernels = Kernels::kIndependent,
          .padding = Padding::kInput,
          .activation = Activation::kOutput};
}

ModelConfig ModelConfig::Release() {
  return {.kernels = Kernels::kAdjoint,
          .padding = Padding::kFeature,
          .activation = Activation::kGradient};
}

std::string ModelConfig::FormName() const {
  const auto same_form = [this](const ModelConfig& other) {
    return kernels == other.kernels && padding == other.padding && activation == other.activation;
  };
  if (same_form(Paper())) return "paper";
  if (same_form(Release())) return "release";
  return std::string(Name(kernels)) + "," + Name(padding) + "," + Name(activation);
}

void ModelConfig::Validate(const std::string& where) const {
  const auto check = [&where](const char* name, int value, int largest) {
    if (value >= 1 && value <= largest) return;
    Fail(std::string(name) + " is " + std::to_string(value) + ", not between 1 and " +
             std::to_string(largest),
         where);
  };
  check("the number of layers", layers, kMaxLayers);
  check("the number of channels", channels, kMaxChannels);
}

void Model::Validate(const std::string& where) const {
  config.Validate(where);
  for (const Encoder* encoder : {&base, &detail}) {
    const char* name = encoder == &base ? "base" : "detail";
    if (encoder->layers.size() != static_cast<std::size_t>(config.layers)) {
      Fail("the " + std::string(name) + " encoder has " + std::to_string(encoder->layers.size()) +
               " layers, not " + std::to_string(config.layers),
           where);
    }
    if (config.kernels == Kernels::kIndependent) continue;
    for (std::size_t i = 0; i < encoder->layers.size(); ++i) {
      if (encoder->layers[i].conv2.empty()) continue;
      Fail("tensor " + std::string(name) + "." + std::to_string(i) +
               ".conv2.weight has no place in a model with adjoint kernels",
           where);
    }
  }
  CheckTensors(Tensors(*this), where);
}

long Model::ParameterCount() const { return CountTrainable(Tensors(*this)); }

void CheckTensors(const std::vector<TensorView<const float>>& tensors, const std::string& where) {
  for (const auto& tensor : tensors) {
    const int size =
        std::accumulate(tensor.shape.begin(), tensor.shape.end(), 1, std::multiplies<>());
    if (tensor.values.size() != static_cast<std::size_t>(size)) {
      Fail("tensor " + tensor.name + " has " + std::to_string(tensor.values.size()) +
               " values, not " + std::to_string(size),
           where);
    }
    for (const float value : tensor.values) {
      if (!std::isfinite(value)) Fail("tensor " + tensor.name + " has a value not finite", where);
    }
    if (tensor.name.ends_with(".running_var") && tensor.values[0] < 0) {
      Fail("tensor " + tensor.name + " is negative", where);
    }
  }
}

long CountTrainable(const std::vector<TensorView<const float>>& tensors) {
  long count = 0;
  for (const auto& tensor : tensors) {
    if (tensor.trainable) count += static_cast<long>(tensor.values.size());
  }
  return count;
}

std::vector<TensorView<float>> Tensors(Model& model) { return AllTensors<float>(model); }

std::vector<TensorView<const float>> Tensors(const Model& model) {
  return AllTensors<const float>(model);
}

Model EmptyModel(const ModelConfig& config) {
  config.Validate();
  Layer layer;
  layer.conv1.resize(std::size_t{9} * config.channels);
  if (config.kernels == Kernels::kIndependent) layer.conv2 = layer.conv1;
  Model model;
  model.config = config;
  model.base.layers.assign(config.layers, layer);
  model.detail = model.base;
  return model;
}

}  // namespace auif
