// What rebuilding images leaves free in a model, set once training is done.
#pragma once

#include "auif/model.h"

namespace auif {

// The decoder makes sigmoid(w (y - m) / s + b) of the summed maps y. Returns the model with
// w (gain y - m) / s + b + bias, folded into its weights: `gain` is the contrast of fused images,
// `bias` their brightness, and neither has to do with how a single image is rebuilt from its own
// maps (docs/training.md).
Model Calibrated(Model model, double gain, double bias);

}  // namespace auif
