#include "train/calibrate.h"

namespace auif {

Model Calibrated(Model model, double gain, double bias) {
  for (float& weight : model.decoder.conv) weight = static_cast<float>(weight * gain);
  model.decoder.bn.bias = static_cast<float>(model.decoder.bn.bias + bias);
  return model;
}

}  // namespace auif
