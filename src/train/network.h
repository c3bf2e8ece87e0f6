// The network in training: losses and gradients of a batch, at the collapsed network's cost.
//
// Every layer's two convolutions are one 5x5 convolution (model/collapse.h); its 25 gradients (nine
// times 25 with Padding::kFeature) go back to the kernels by the chain rule. Batch norm needs sums
// over the whole batch, so the work is a chain of stages: within a stage every image of the batch
// is a task of its own, whose maps stay in the core's cache. A stage applies the statistics of
// the stage before and prepares the next one's, so there is one barrier per layer and direction.
//
// Sums are added up image by image in the batch's order: the same bits for any number of
// threads.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "auif/model.h"
#include "kernels/conv5x5.h"
#include "kernels/descent_step.h"
#include "kernels/loss.h"
#include "kernels/padded_plane.h"

namespace auif {

// Means over all pixels of a batch.
struct BatchLosses {
  double total = 0;  // what is minimised
  double mse = 0, ssim = 0;
  double offset = 0;  // see LossWeights
};

// The mean and variance that a batch norm found, with the number of pixels: for the running
// statistics.
struct BatchStatistics {
  double mean = 0, variance = 0;  // variance: over the pixels, not corrected
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
  struct LayerState {
    EdgeKernels kernels;  // as they are applied to x: with kOutput K' = (1 - eta theta) - eta K
    ConvPlan forward, backward;
    StepNumbers numbers;
    double eta = 0, theta = 0, slope = 0, weight = 0, bias = 0, inverse_deviation = 0;
    BatchStatistics statistics;
    NormBackward norm;
    std::vector<Moments> moments;          // by image
    std::vector<StepSums> sums;            // by image
    std::vector<double> fidelity;          // by image: sum dz (I - x), kOutput
    std::vector<EdgeKernels> kernel_sums;  // by image
    std::vector<PaddedPlane> x, z;         // by image
  };

  void Prepare(const Model& model);
  void PrepareLayer(const Layer& layer, LayerState* state) const;
  void Forward(int count);
  void Backward(int count, const LossWeights& weights);
  void AddOffsetLoss(const LossWeights& weights, int count);
  void CollectGradients(const Model& model, int count);
  void InitialMaps(int i);
  void LayerConvolution(LayerState* state, int i);
  void ApplyStatistics(LayerState* state, int count) const;
  void PrepareBackward(LayerState* state, double factor, int count) const;
  void LayerBackward(int encoder, int layer, int i);
  void LayerSums(int encoder, int layer, int i);
  void LayerGradient(const Layer& layer, const LayerState& state, int count, Layer* gradient) const;

  ModelConfig config_;
  int width_, height_, threads_;
  std::vector<PaddedPlane> images_;
  std::array<std::vector<LayerState>, 2> encoders_;
  LayerState decoder_;
  double offset_weight_gradient_ = 0;  // what the offset's loss adds to the decoder's weight's
  // By image: what the encoders made, the output, dL/dx of each encoder.
  std::array<std::vector<PaddedPlane>, 2> encoded_, gradients_;
  std::vector<PaddedPlane> outputs_, output_gradients_;
  std::vector<LossSums> loss_sums_;
  BatchResult result_;
};

}  // namespace auif
