// Adam (Kingma and Ba 2015) with PyTorch's defaults, and the running statistics.
#pragma once

#include <vector>

#include "auif/model.h"

namespace auif {

// The moments before the first step: all zeros.
Model NoMoments(const ModelConfig& config);

// Moves every parameter of a model by one step; `step` counts from 1. The tensors are those of one
// kind of model, with the gradient and the moments in the parameters' places. detail_lr: of the
// detail encoder.
void AdamStep(const std::vector<TensorView<const float>>& gradient, long step, double lr,
              double detail_lr, const std::vector<TensorView<float>>& parameters,
              const std::vector<TensorView<float>>& first_moment,
              const std::vector<TensorView<float>>& second_moment);

// Moves the running statistics by a tenth towards those of the batch, which are in `batch`'s
// places.
void MoveRunningStatistics(const Model& batch, Model* model);

// Whether all numbers of a model are finite.
bool AllFinite(const std::vector<TensorView<const float>>& tensors);

}  // namespace auif
