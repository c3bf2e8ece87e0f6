// Training a model from images.
//
// As in the paper, the network learns to rebuild single images from their base and detail maps;
// fusing comes only afterwards. Infrared and visible images are shuffled together. The losses
// and gradients are exactly those of the network with all its channels; they cost no more than the
// collapsed network does.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "auif/export.h"
#include "auif/image.h"
#include "auif/model.h"

namespace auif {

// What of an image a step of training sees.
enum class Crop {
  kRandom,         // crop x crop pixels at a random place
  kRandomResized,  // a random part of random area and aspect ratio, scaled to crop x crop pixels
                   // (linear interpolation, widened to the scale where it shrinks)
};
// How the convolutions' kernels start.
enum class KernelStart {
  kNormal,   // N(0, 1)
  kUniform,  // U(-b, b), b = 1 / sqrt(taps that a value is summed over): PyTorch's default
};
AUIF_API const char* Name(Crop);         // "random", "resized"
AUIF_API const char* Name(KernelStart);  // "normal", "uniform"

struct NormalStart {
  double mean = 0, deviation = 0;
};

// The defaults are those that the built-in model was trained with.
struct AUIF_API TrainOptions {
  ModelConfig config = ModelConfig::Paper();
  int epochs = 80;
  int batch = 32;  // images per step; the last step of an epoch takes what is left
  Crop crop_kind = Crop::kRandom;
  int crop = 128;                                         // pixels; at least kMinSize
  std::array<double, 2> crop_area = {0.08, 1};            // kRandomResized: part of the image
  std::array<double, 2> crop_ratio = {3.0 / 4, 4.0 / 3};  // kRandomResized: width / height
  KernelStart kernel_start = KernelStart::kUniform;
  NormalStart eta = {0.1, 0.03};
  NormalStart base_theta = {1e-3, 0};
  NormalStart detail_theta = {1, 0};
  double prelu = 0.25;  // the slopes' start
  double mu = 5;        // weight of the SSIM term (paper eq. 7)
  // Weight of (offset - offset_target)^2 in the loss; not in the paper. offset is by how much a
  // fused image is brighter than one image, before the sigmoid: docs/training.md.
  double offset_weight = 0.1;
  double offset_target = 0.4;
  bool clip_ssim = false;         // clamp(1 - SSIM, 0, 1) at each pixel: no gradient where SSIM < 0
  double lr = 1e-2;               // learning rate of the base encoder and the decoder
  double detail_lr = 1e-2;        // learning rate of the detail encoder
  std::vector<int> drops = {40};  // after so many epochs the learning rates drop
  double drop_factor = 0.1;
  std::uint64_t seed = 0;
  int threads = 0;  // 0: as many as the machine has; the bits are the same for any number

  static TrainOptions Paper();    // what the paper writes
  static TrainOptions Release();  // what the authors' published weights need
  void Validate() const;          // throws Error (kUsage)
  // Everything but `threads`, as text by name: what makes the result.
  std::map<std::string, std::string> Text() const;
};

// Means over pixels: of one step's batch, or of an epoch's images.
struct TrainLosses {
  double total = 0;  // mse + mu (1 - ssim) / 2 + the offset's term, which is minimised
  double mse = 0;
  double ssim = 0;
  double offset = 0;  // see TrainOptions
};

// All that training remembers from step to step. Random choices depend only on the seed and on
// where training is, so with the same images and options it continues with the same bits.
struct TrainState {
  Model model;
  Model first_moment, second_moment;  // Adam's, in the place of their parameter
  long step = 0;                      // steps done since the start
  TrainLosses epoch_sums;             // of the epoch under way, times its images so far
};

// Called after every step.
struct TrainProgress {
  const TrainState& state;
  int epoch = 0;          // from 1
  int step_in_epoch = 0;  // from 1
  int steps_per_epoch = 0;
  int epochs = 0;
  TrainLosses losses;  // of the step, before its update
  double lr = 0, detail_lr = 0;
  bool epoch_end = false;
  TrainLosses epoch_losses = {};  // with epoch_end: of the whole epoch
};
// Returns false to stop after this step.
using TrainCallback = std::function<bool(const TrainProgress&)>;

enum class TrainEnd { kDone, kStopped };

struct TrainResult {
  TrainState state;
  TrainEnd end = TrainEnd::kDone;
};

// Throws the Error of Train() for an image that is too small.
AUIF_API void CheckTrainImage(const Image& image, const TrainOptions& options);

// An untrained model: the state in which training starts.
AUIF_API Model InitialModel(const TrainOptions& options);

// Trains from the start, or from `from`, which must come from the same options and images. The
// network sees grey images of 8 bits; others are converted, which keeps a copy for the time of the
// training.
// Errors: those of TrainOptions::Validate(); kUsage for fewer images than a batch, a state that is
// beyond the last epoch, and where the
// loss or a gradient is no longer finite (the message says in which epoch, step and layer that
// began; the callback has had the last good state); kInput for an image that is smaller than the
// crop in either direction, with Crop::kRandomResized smaller than kMinSize.
AUIF_API TrainResult Train(const std::vector<Image>& images, const TrainOptions& options,
                           const TrainCallback& callback = {}, const TrainState* from = nullptr);

}  // namespace auif
