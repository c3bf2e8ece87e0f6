// The two encoders of an unrolled network in training: their ten layers each, forward and backward,
// at the collapsed network's cost.
//
// Every layer's two convolutions are one 5x5 convolution (network/collapse.h); its 25 gradients
// (nine times 25 with Padding::kFeature) go back to the kernels by the chain rule. Batch norm needs
// sums over the whole batch, so the work is a chain of stages: within a stage every image of the
// batch is a task of its own, whose maps stay in the core's cache. A stage applies the statistics
// of the stage before and prepares the next one's, so there is one barrier per layer and direction.
//
// Sums are added up image by image in the batch's order: the same bits for any number of
// threads.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "auif/model.h"
#include "kernels/conv5x5.h"
#include "kernels/descent_step.h"
#include "kernels/padded_plane.h"

namespace auif {

// The mean and variance that a batch norm found, with the number of pixels: for the running
// statistics.
struct BatchStatistics {
  double mean = 0, variance = 0;  // variance: over the pixels, not corrected
};

// One batch norm with its convolution, of a batch.
struct TrainingLayer {
  TrainingLayer(int batch, int width, int height);

  // Batch norm's numbers from the moments of the first `count` images.
  void ApplyStatistics(int count);
  // Mean 0 and variance 1 in their place.
  void ApplyNoStatistics();
  // What StepBackward needs once the sums of these images are there. factor: f of descent_step.h.
  void PrepareBackward(double factor, int count);
  void PrepareBackwardWithoutStatistics(double factor);
  // dL/dweight, with what else there is of it, and dL/dbias of the batch norm, and the batch's
  // statistics in the running ones' places.
  void NormGradient(double factor, int count, BatchNorm* gradient, double weight_too = 0) const;
  double pixels() const { return static_cast<double>(x[0].width()) * x[0].height(); }

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

StepSums& operator+=(StepSums& a, const StepSums& b);
EdgeKernels& operator+=(EdgeKernels& a, const EdgeKernels& b);
// The sum of the first `count` values, in their order.
template <typename T>
T Total(const std::vector<T>& values, int count) {
  T total{};
  for (int i = 0; i < count; ++i) total += values[i];
  return total;
}

// One map for each thread that works on a layer's backward pass; its margin stays zero.
PaddedPlane& ThreadMap(int width, int height);
// B0 and D0 of a source, margins included; the source's margin is not read.
void InitialMaps(const PaddedPlane& source, PaddedPlane* base, PaddedPlane* detail);
std::vector<PaddedPlane> Maps(int count, int width, int height);

class TrainingEncoders {
 public:
  using Encoders = std::array<const Encoder*, 2>;  // base, detail

  // Whether batch norm takes the batch's mean and variance, or is an affine map with mean 0 and
  // variance 1.
  enum class Norm { kBatch, kAffine };

  // For batches of up to `batch` images. Memory: about (4 layers + 4) maps per image.
  TrainingEncoders(const ModelConfig& config, Norm norm, int batch, int width, int height,
                   int threads);

  // Image i's I, to which the fidelity terms of an encoder's layers draw. It must stay where it is.
  void SetFidelity(int encoder, int i, const PaddedPlane* image) { fidelity_[encoder][i] = image; }
  // Where image i's initial map goes, margin included.
  PaddedPlane& Initial(int encoder, int i) { return layers_[encoder][0].x[i]; }
  // What the last layer made of it; the margin is undefined.
  const PaddedPlane& Encoded(int encoder, int i) const { return encoded_[encoder][i]; }
  // Where dL/dEncoded goes, whose margin is not read.
  PaddedPlane& Gradient(int encoder, int i) { return gradients_[encoder][i]; }

  // All layers for the first `count` images; start(i) fills both of an image's initial maps.
  void Forward(const Encoders& encoders, int count, const std::function<void(int i)>& start);
  // And back; start(i) fills both of an image's gradients.
  void Backward(int count, const std::function<void(int i)>& start);
  // dL/dparameter in the place of the parameter, after Backward. The running statistics' places get
  // the batch's mean and its corrected variance.
  void CollectGradients(const Encoders& encoders, int count,
                        const std::array<Encoder*, 2>& gradient) const;

  // Where the forward or the backward pass first left the finite numbers, as "layer 3 of the base
  // encoder"; empty: nowhere.
  std::string NotFiniteForward() const;
  std::string NotFiniteBackward() const;

 private:
  void ApplyNorm(TrainingLayer* layer, int count) const;
  void Prepare(const Layer& from, TrainingLayer* layer) const;
  void Convolution(int encoder, int layer, int i);
  void Sums(int encoder, int layer, int i);
  void LayerBackward(int encoder, int layer, int i);
  void LayerGradient(const Layer& from, const TrainingLayer& layer, int count,
                     Layer* gradient) const;
  double Factor(const TrainingLayer& layer) const;

  ModelConfig config_;
  Norm norm_;
  int width_, height_, threads_;
  std::array<std::vector<TrainingLayer>, 2> layers_;
  std::array<std::vector<const PaddedPlane*>, 2> fidelity_;      // by image
  std::array<std::vector<PaddedPlane>, 2> encoded_, gradients_;  // by image
};

}  // namespace auif
