#include "auif/train.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

#include "auif/error.h"
#include "auif/fuse.h"
#include "base/parallel.h"
#include "train/adam.h"
#include "train/augment.h"
#include "train/network.h"
#include "train/random.h"

namespace auif {
namespace {

constexpr int kKernelTaps = 9;

void StartLayer(const TrainOptions& options, const NormalStart& theta, RandomSequence* random,
                Layer* layer) {
  const auto fill = [&](std::vector<float>* kernels, int inputs) {
    // PyTorch's Conv2d: the variance is 1/3 of that which keeps a signal's power.
    const double bound = 1 / std::sqrt(double{kKernelTaps} * inputs);
    for (float& value : *kernels) {
      value = static_cast<float>(options.kernel_start == KernelStart::kNormal
                                     ? random->Normal(0, 1)
                                     : random->Uniform(-bound, bound));
    }
  };
  fill(&layer->conv1, 1);
  fill(&layer->conv2, options.config.channels);
  layer->eta = static_cast<float>(random->Normal(options.eta.mean, options.eta.deviation));
  layer->theta = static_cast<float>(random->Normal(theta.mean, theta.deviation));
  layer->prelu = static_cast<float>(options.prelu);
}

void CheckImages(const std::vector<Image>& images, const TrainOptions& options) {
  if (static_cast<int>(images.size()) < options.batch) {
    throw Error(ErrorKind::kUsage,
                "there are " + std::to_string(images.size()) + " images, fewer than a batch of " +
                    std::to_string(options.batch),
                "", "give more images or a smaller batch");
  }
  for (const Image& image : images) CheckTrainImage(image, options);
}

class Trainer {
 public:
  Trainer(const std::vector<Image>& images, const TrainOptions& options, const TrainState& from)
      : options_(options),
        weights_{.mse = 1,
                 .ssim = options.mu,
                 .clip = options.clip_ssim,
                 .offset = options.offset_weight,
                 .offset_target = options.offset_target},
        count_(static_cast<int>(images.size())),
        steps_per_epoch_((count_ + options.batch - 1) / options.batch),
        network_(options.config, options.batch, options.crop, options.crop, options.threads) {
    for (const Image& image : images) greys_.push_back(Grey(image));
    result_.state = from;
  }

  TrainResult Run(const TrainCallback& callback) {
    TrainState& state = result_.state;
    const long total = long{options_.epochs} * steps_per_epoch_;
    while (state.step < total) {
      const bool go_on = RunStep(callback);
      if (go_on || state.step == total) continue;
      result_.end = TrainEnd::kStopped;
      break;
    }
    return std::move(result_);
  }

 private:
  PlaneView<const std::uint8_t> Grey(const Image& image) {
    const bool as_it_is = image.type() == SampleType::kUint8 && image.channels() == 1 &&
                          image.range() == FullRange(SampleType::kUint8);
    if (as_it_is) return image.View<std::uint8_t>();
    return converted_.emplace_back(image.GreyAs<std::uint8_t>());
  }

  bool RunStep(const TrainCallback& callback) {
    TrainState& state = result_.state;
    const int epoch = static_cast<int>(state.step / steps_per_epoch_);
    const int in_epoch = static_cast<int>(state.step % steps_per_epoch_);
    const int first = in_epoch * options_.batch;
    const int count = std::min(options_.batch, count_ - first);
    if (epoch != shuffled_epoch_) Shuffle(epoch);
    ParallelFor(count, options_.threads, [&](int i) {
      const int index = order_[first + i];
      const PlaneView<const std::uint8_t> pixels = greys_[index];
      RandomSequence random = {options_.seed, kCropping, static_cast<std::uint64_t>(epoch),
                               static_cast<std::uint64_t>(index)};
      const CropBox box = DrawCrop(options_, pixels.width, pixels.height, &random);
      CopyCrop(pixels, box, &network_.Image(i));
    });

    const BatchResult& result = network_.Step(state.model, count, weights_);
    TrainProgress progress{.state = state,
                           .epoch = epoch + 1,
                           .step_in_epoch = in_epoch + 1,
                           .steps_per_epoch = steps_per_epoch_,
                           .epochs = options_.epochs,
                           .losses = {result.losses.total, result.losses.mse, result.losses.ssim,
                                      result.losses.offset}};
    const double factor = RateFactor(epoch);
    progress.lr = options_.lr * factor;
    progress.detail_lr = options_.detail_lr * factor;
    if (!std::isfinite(result.losses.total) || !AllFinite(Tensors(result.gradient))) Fail(progress);

    if (in_epoch == 0) state.epoch_sums = {};
    state.epoch_sums.total += count * progress.losses.total;
    state.epoch_sums.mse += count * progress.losses.mse;
    state.epoch_sums.ssim += count * progress.losses.ssim;
    state.epoch_sums.offset += count * progress.losses.offset;
    ++state.step;
    AdamStep(Tensors(result.gradient), state.step, progress.lr, progress.detail_lr,
             Tensors(state.model), Tensors(state.first_moment), Tensors(state.second_moment));
    MoveRunningStatistics(result.gradient, &state.model);
    if (!AllFinite(Tensors(std::as_const(state.model)))) Fail(progress);
    if (in_epoch + 1 == steps_per_epoch_) {
      progress.epoch_end = true;
      const TrainLosses& sums = state.epoch_sums;
      progress.epoch_losses = {sums.total / count_, sums.mse / count_, sums.ssim / count_,
                               sums.offset / count_};
    }
    return !callback || callback(progress);
  }

  void Shuffle(int epoch) {
    order_.resize(count_);
    std::iota(order_.begin(), order_.end(), 0);
    RandomSequence random = {options_.seed, kShuffle, static_cast<std::uint64_t>(epoch)};
    for (int i = count_ - 1; i > 0; --i) std::swap(order_[i], order_[random.Below(i + 1)]);
    shuffled_epoch_ = epoch;
  }

  double RateFactor(int epochs_done) const {
    double factor = 1;
    for (const int drop : options_.drops) {
      if (epochs_done >= drop) factor *= options_.drop_factor;
    }
    return factor;
  }

  [[noreturn]] void Fail(const TrainProgress& at) const {
    throw Error(ErrorKind::kUsage,
                "training left the finite numbers in epoch " + std::to_string(at.epoch) +
                    ", step " + std::to_string(at.step_in_epoch) + "; it began at " +
                    network_.NotFiniteAt(),
                "", "try a lower learning rate or another seed");
  }

  const TrainOptions& options_;
  const LossWeights weights_;
  const int count_, steps_per_epoch_;
  TrainingNetwork network_;
  std::vector<PlaneView<const std::uint8_t>> greys_;
  std::deque<Plane<std::uint8_t>> converted_;
  std::vector<int> order_;
  int shuffled_epoch_ = -1;
  TrainResult result_;
};

}  // namespace

Model InitialModel(const TrainOptions& options) {
  options.Validate();
  Model model = EmptyModel(options.config);
  for (int e = 0; e < 2; ++e) {
    Encoder& encoder = e == 0 ? model.base : model.detail;
    const NormalStart& theta = e == 0 ? options.base_theta : options.detail_theta;
    for (int l = 0; l < options.config.layers; ++l) {
      RandomSequence random = {options.seed, kStartValues, static_cast<std::uint64_t>(e),
                               static_cast<std::uint64_t>(l)};
      StartLayer(options, theta, &random, &encoder.layers[l]);
    }
  }
  RandomSequence random = {options.seed, kStartValues, 2};
  for (float& value : model.decoder.conv) {
    value = static_cast<float>(random.Uniform(-1.0 / 3, 1.0 / 3));  // as Conv2d: 9 taps
  }
  return model;
}

void CheckTrainImage(const Image& image, const TrainOptions& options) {
  const bool exact = options.crop_kind == Crop::kRandom;
  const int least = exact ? options.crop : kMinSize;
  if (image.width() >= least && image.height() >= least) return;
  throw Error(ErrorKind::kInput,
              "has " + ToString(image.size()) + " pixels, fewer than " + std::to_string(least) +
                  " in one direction",
              image.source(),
              exact ? "choose a smaller crop, or leave the image out" : "leave the image out");
}

TrainResult Train(const std::vector<Image>& images, const TrainOptions& options,
                  const TrainCallback& callback, const TrainState* from) {
  options.Validate();
  CheckImages(images, options);
  TrainState start;
  if (from != nullptr) {
    start = *from;
    const long steps_per_epoch =
        (static_cast<long>(images.size()) + options.batch - 1) / options.batch;
    if (start.step > options.epochs * steps_per_epoch) {
      throw Error(ErrorKind::kUsage, "the state to continue from is beyond the last epoch");
    }
  } else {
    start.model = InitialModel(options);
    start.first_moment = NoMoments(options.config);
    start.second_moment = start.first_moment;
  }
  return Trainer(images, options, start).Run(callback);
}

}  // namespace auif
