// What the tensors of all models have in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "auif/model.h"

namespace auif {

// Throws Error (kInput), naming the tensor, where it has not as many values as its shape says, a
// value is not finite or a running variance is negative.
void CheckTensors(const std::vector<TensorView<const float>>& tensors, const std::string& where);
long CountTrainable(const std::vector<TensorView<const float>>& tensors);

template <typename Value, typename BatchNormT>
void AddBatchNorm(const std::string& prefix, BatchNormT& bn,
                  std::vector<TensorView<Value>>* tensors) {
  const auto add = [&](const char* name, Value& value, bool trainable) {
    tensors->push_back({prefix + ".bn." + name, {1}, {&value, 1}, trainable});
  };
  add("weight", bn.weight, true);
  add("bias", bn.bias, true);
  add("running_mean", bn.running_mean, false);
  add("running_var", bn.running_var, false);
}

template <typename Value, typename EncoderT>
void AddEncoder(const std::string& name, EncoderT& encoder, const ModelConfig& config,
                std::vector<TensorView<Value>>* tensors) {
  const bool adjoint = config.kernels == Kernels::kAdjoint;
  for (std::size_t i = 0; i < encoder.layers.size(); ++i) {
    auto& layer = encoder.layers[i];
    const std::string prefix = name + "." + std::to_string(i);
    const auto add = [&](const char* tensor, std::vector<int> shape, std::span<Value> values) {
      tensors->push_back({prefix + tensor, std::move(shape), values, true});
    };
    add(adjoint ? ".kernel" : ".conv1.weight", {config.channels, 1, 3, 3}, layer.conv1);
    if (!adjoint) add(".conv2.weight", {1, config.channels, 3, 3}, layer.conv2);
    add(".eta", {1}, {&layer.eta, 1});
    add(".theta", {1}, {&layer.theta, 1});
    add(".prelu", {1}, {&layer.prelu, 1});
    AddBatchNorm(prefix, layer.bn, tensors);
  }
}

}  // namespace auif
