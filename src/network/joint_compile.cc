#include "network/joint_compile.h"

#include <numeric>

namespace auif {
namespace {

// What the decoder subtracts from a map.
constexpr std::array<double, JointDecoder::kMaps> kCentres = {0.5, 0, 0.5, 0.5};

// max(c, slope c), c = taps * x + sums + bias: a layer with the sums as its source.
LayerStep Convolution(const std::array<float, 25>& kernel) {
  LayerStep step;
  step.form = StepForm::kOutput;
  for (auto& row : step.taps) row.fill(kernel);
  step.slope = 1;
  step.sign = 1;
  step.source = 1;
  return step;
}

}  // namespace

JointNetwork::JointNetwork(const JointModel& model) : tone(model.tone) {
  const ModelConfig config = model.LayerConfig();
  const Encoder* const sources[2] = {&model.base, &model.detail};
  for (int e = 0; e < 2; ++e) {
    for (const Layer& layer : sources[e]->layers) {
      encoders[e].push_back(MakeLayerStep(config, layer));
    }
  }
  // u_1, cut at 0, first; then what is added to t.
  constexpr int kMaps = JointDecoder::kMaps;
  for (int i = 0; i < 2 * kMaps; ++i) {
    const int u = i < kMaps ? 1 : 0, map = i % kMaps;
    const auto& kernels = model.decoder.kernels[u];
    std::array<float, 25> kernel = kernels[map];
    if (u == 0 && map == 2) kernel[12] += 1;  // t itself
    decoder[i] = {map, Convolution(kernel)};
    LayerStep& step = decoder[i].step;
    if (i == 0) step.source = 0;
    if (i == kMaps - 1) step.slope = 0;
    if (i == kMaps) step.source = model.decoder.share;
    if (map != kMaps - 1) continue;
    double bias = model.decoder.bias[u];
    for (int m = 0; m < kMaps; ++m) {
      bias -= kCentres[m] * std::accumulate(kernels[m].begin(), kernels[m].end(), 0.0);
    }
    step.bias = static_cast<float>(bias);
  }
}

}  // namespace auif
