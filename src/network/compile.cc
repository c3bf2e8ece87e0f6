#include "network/compile.h"

#include <cmath>

#include "network/collapse.h"

namespace auif {
namespace {

// BN(x) = scale x + shift, with the running statistics.
struct Affine {
  double scale, shift;
};
Affine Fold(const BatchNorm& bn) {
  const double scale = bn.weight / std::sqrt(double{bn.running_var} + double{kBatchNormEpsilon});
  return {scale, bn.bias - scale * bn.running_mean};
}

}  // namespace

StepForm Form(Activation activation) {
  return activation == Activation::kGradient ? StepForm::kGradient : StepForm::kOutput;
}

LayerStep MakeLayerStep(const ModelConfig& config, const Layer& layer) {
  LayerStep step;
  step.form = Form(config.activation);
  const double eta = layer.eta, theta = layer.theta, slope = layer.prelu;
  const auto [scale, shift] = Fold(layer.bn);
  step.slope = layer.prelu;
  step.has_edges = config.padding == Padding::kFeature;

  double factor = -eta * scale, centre = 0, bias, positive;
  if (config.activation == Activation::kGradient) {
    bias = -eta * shift;
    step.keep = static_cast<float>(1 - eta * theta);
    step.source = static_cast<float>(eta * theta);
    positive = -eta;
  } else {
    centre = scale * (1 - eta * theta);
    bias = shift;
    step.source = static_cast<float>(scale * eta * theta);
    positive = 1;
  }
  // c where c * positive > 0, else slope * c: that is max(c, slope * c) for positive > 0 and
  // slope <= 1. The other three cases are brought to it by changing the sign of c or of both.
  step.sign = (positive > 0) == (slope <= 1) ? 1.0f : -1.0f;
  factor *= step.sign;
  centre *= step.sign;
  step.bias = static_cast<float>(step.sign * bias);
  if (config.activation == Activation::kOutput) step.source *= step.sign;

  const std::vector<float> conv2 = SecondConvolution(layer, config.kernels);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      const bool inner = config.padding == Padding::kInput;
      const Kernel5x5 kernel = Collapse(layer.conv1, conv2, inner ? Edge::kInner : Edge(row),
                                        inner ? Edge::kInner : Edge(column));
      auto& taps = step.taps[row][column];
      for (int k = 0; k < 25; ++k) {
        taps[k] = static_cast<float>(factor * kernel[k] + (k == 12 ? centre : 0));
      }
    }
  }
  return step;
}

DecoderStep MakeDecoderStep(const Decoder& decoder) {
  const auto [scale, shift] = Fold(decoder.bn);
  DecoderStep step;
  for (int k = 0; k < 9; ++k) step.taps[k] = static_cast<float>(scale * decoder.conv[k]);
  step.bias = static_cast<float>(shift);
  return step;
}

Network::Network(const Model& model) : decoder(MakeDecoderStep(model.decoder)) {
  const Encoder* sources[2] = {&model.base, &model.detail};
  for (int e = 0; e < 2; ++e) {
    for (const Layer& layer : sources[e]->layers) {
      encoders[e].push_back(MakeLayerStep(model.config, layer));
    }
  }
}

}  // namespace auif
