// From weights to what the kernels run: layers collapsed, batch norms folded in.
#pragma once

#include <array>
#include <vector>

#include "auif/model.h"
#include "kernels/decode.h"
#include "kernels/layer_step.h"

namespace auif {

StepForm Form(Activation activation);
LayerStep MakeLayerStep(const ModelConfig& config, const Layer& layer);
DecoderStep MakeDecoderStep(const Decoder& decoder);

// The whole network, ready to run.
struct Network {
  explicit Network(const Model& model);
  int layers() const { return static_cast<int>(encoders[0].size()); }

  std::array<std::vector<LayerStep>, 2> encoders;  // base, detail
  DecoderStep decoder;
};

}  // namespace auif
