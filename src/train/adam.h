// Adam (Kingma and Ba 2015) with PyTorch's defaults, and the running statistics.
#pragma once

#include "auif/model.h"

namespace auif {

// The moments before the first step: all zeros.
Model NoMoments(const ModelConfig& config);

// Moves every parameter of `model` by one step; `step` counts from 1. The moments are models whose
// parameters' places hold the moments.
void AdamStep(const Model& gradient, long step, double lr, double detail_lr, Model* model,
              Model* first_moment, Model* second_moment);

// Moves the running statistics by a tenth towards those of the batch, which are in `batch`'s
// places.
void MoveRunningStatistics(const Model& batch, Model* model);

// Whether all numbers of a model are finite.
bool AllFinite(const Model& model);

}  // namespace auif
