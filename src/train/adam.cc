#include "train/adam.h"

#include <algorithm>
#include <cmath>

namespace auif {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
constexpr double kMomentum = 0.1;  // of the running statistics

}  // namespace

Model NoMoments(const ModelConfig& config) {
  Model moments = EmptyModel(config);
  for (const auto& tensor : Tensors(moments)) {
    std::fill(tensor.values.begin(), tensor.values.end(), 0.0f);
  }
  return moments;
}

void AdamStep(const std::vector<TensorView<const float>>& gradients, long step, double lr,
              double detail_lr, const std::vector<TensorView<float>>& parameters,
              const std::vector<TensorView<float>>& firsts,
              const std::vector<TensorView<float>>& seconds) {
  const double correction1 = 1 - std::pow(kBeta1, static_cast<double>(step));
  const double correction2 = std::sqrt(1 - std::pow(kBeta2, static_cast<double>(step)));
  for (std::size_t t = 0; t < parameters.size(); ++t) {
    if (!parameters[t].trainable) continue;
    const double rate = parameters[t].name.starts_with("detail.") ? detail_lr : lr;
    for (std::size_t i = 0; i < parameters[t].values.size(); ++i) {
      const double g = gradients[t].values[i];
      float &m = firsts[t].values[i], &v = seconds[t].values[i];
      m = static_cast<float>(kBeta1 * m + (1 - kBeta1) * g);
      v = static_cast<float>(kBeta2 * v + (1 - kBeta2) * g * g);
      const double scale = std::sqrt(double{v}) / correction2 + kEpsilon;
      float& p = parameters[t].values[i];
      p = static_cast<float>(p - rate / correction1 * m / scale);
    }
  }
}

void MoveRunningStatistics(const Model& batch, Model* model) {
  const auto from = Tensors(batch);
  const auto to = Tensors(*model);
  for (std::size_t t = 0; t < to.size(); ++t) {
    if (to[t].trainable) continue;
    float& value = to[t].values[0];
    value = static_cast<float>((1 - kMomentum) * value + kMomentum * from[t].values[0]);
  }
}

bool AllFinite(const std::vector<TensorView<const float>>& tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const auto& tensor) {
    return std::all_of(tensor.values.begin(), tensor.values.end(),
                       [](float v) { return std::isfinite(v); });
  });
}

}  // namespace auif
