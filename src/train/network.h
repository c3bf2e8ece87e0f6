// The network in training: losses and gradients of a batch, at the collapsed network's cost.
#pragma once

#include <string>
#include <vector>

#include "auif/model.h"
#include "kernels/loss.h"
#include "kernels/padded_plane.h"
#include "train/encoders.h"

namespace auif {

// Means over all pixels of a batch.
struct BatchLosses {
  double total = 0;  // what is minimised
  double mse = 0, ssim = 0;
  double offset = 0;  // see LossWeights
};

struct BatchResult {
  BatchLosses losses;
  // dL/dparameter in the place of the parameter. The running statistics' places hold the batch's
  // mean and its corrected variance.
  Model gradient;
};

class TrainingNetwork {
 public:
  // For batches of up to `batch` images. Memory: about (4 layers + 8) maps per image.
  TrainingNetwork(const ModelConfig& config, int batch, int width, int height, int threads);

  // Where image i of the batch goes: values in [0, 1], the margin is filled by Step.
  PaddedPlane& Image(int i) { return images_[i]; }

  // The losses and gradients of the first `count` images. `model` has the configuration of the
  // constructor.
  const BatchResult& Step(const Model& model, int count, const LossWeights& weights);

  // After a Step whose losses or gradients are not finite: where that began, in the order of the
  // computation, as "layer 3 of the base encoder".
  std::string NotFiniteAt() const;

 private:
  void Forward(const Model& model, int count);
  void Backward(int count, const LossWeights& weights);
  void AddOffsetLoss(const LossWeights& weights, int count);
  void CollectGradients(const Model& model, int count);

  int width_, height_, threads_;
  std::vector<PaddedPlane> images_;
  TrainingEncoders encoders_;
  TrainingLayer decoder_;
  double offset_weight_gradient_ = 0;  // what the offset's loss adds to the decoder's weight's
  std::vector<PaddedPlane> outputs_, output_gradients_;  // by image
  std::vector<LossSums> loss_sums_;
  BatchResult result_;
};

}  // namespace auif
