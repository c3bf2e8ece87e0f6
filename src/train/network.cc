#include "train/network.h"

#include <cmath>

#include "base/parallel.h"
#include "network/collapse.h"

namespace auif {
namespace {

// The decoder's 3x3 kernel as one of 5x5.
EdgeKernels DecoderKernels(const std::array<float, 9>& conv) {
  EdgeKernels kernels{};
  for (int k = 0; k < 9; ++k) kernels[1][1][(k / 3 + 1) * 5 + k % 3 + 1] = conv[k];
  return kernels;
}

}  // namespace

TrainingNetwork::TrainingNetwork(const ModelConfig& config, int batch, int width, int height,
                                 int threads)
    : width_(width),
      height_(height),
      threads_(threads),
      images_(Maps(batch, width, height)),
      encoders_(config, TrainingEncoders::Norm::kBatch, batch, width, height, threads),
      decoder_(batch, width, height),
      outputs_(Maps(batch, width, height)),
      output_gradients_(Maps(batch, width, height)),
      loss_sums_(batch) {
  for (int i = 0; i < batch; ++i) {
    for (int e = 0; e < 2; ++e) encoders_.SetFidelity(e, i, &images_[i]);
  }
  result_.gradient = EmptyModel(config);
}

const BatchResult& TrainingNetwork::Step(const Model& model, int count,
                                         const LossWeights& weights) {
  Forward(model, count);
  Backward(count, weights);
  CollectGradients(model, count);
  return result_;
}

void TrainingNetwork::Forward(const Model& model, int count) {
  encoders_.Forward({&model.base, &model.detail}, count, [&](int i) {
    images_[i].ReflectBorder();
    InitialMaps(images_[i], &encoders_.Initial(0, i), &encoders_.Initial(1, i));
  });
  const EdgeKernels kernels = DecoderKernels(model.decoder.conv);
  decoder_.forward = ConvPlan(ForwardTaps(kernels, false), width_);
  decoder_.backward = ConvPlan(BackwardTaps(kernels, false), width_);
  decoder_.weight = model.decoder.bn.weight;
  decoder_.bias = model.decoder.bn.bias;
  ParallelFor(count, threads_, [&](int i) {
    AddMaps(encoders_.Encoded(0, i), encoders_.Encoded(1, i), &decoder_.x[i]);
    Convolve(decoder_.forward, decoder_.x[i], nullptr, 0, &decoder_.z[i]);
    decoder_.moments[i] = MapMoments(decoder_.z[i]);
  });
  decoder_.ApplyStatistics(count);
}

void TrainingNetwork::Backward(int count, const LossWeights& weights) {
  const double pixels = decoder_.pixels() * count;
  ParallelFor(count, threads_, [&](int i) {
    SigmoidForward(decoder_.numbers, decoder_.z[i], &outputs_[i]);
    loss_sums_[i] =
        LossAndGradient(weights, pixels, images_[i], outputs_[i], &output_gradients_[i]);
    decoder_.sums[i] =
        SigmoidBackwardSums(decoder_.numbers, outputs_[i], decoder_.z[i], &output_gradients_[i]);
  });
  LossSums losses;
  for (int i = 0; i < count; ++i) {
    losses.squares += loss_sums_[i].squares;
    losses.ssim += loss_sums_[i].ssim;
    losses.dissimilarity += loss_sums_[i].dissimilarity;
  }
  result_.losses.mse = losses.squares / pixels;
  result_.losses.ssim = losses.ssim / pixels;
  result_.losses.total =
      weights.mse * result_.losses.mse + weights.ssim * losses.dissimilarity / (2 * pixels);

  decoder_.PrepareBackward(1, count);
  AddOffsetLoss(weights, count);
  encoders_.Backward(count, [&](int i) {
    PaddedPlane& dz = ThreadMap(width_, height_);
    SigmoidBackward(decoder_.numbers, decoder_.norm, output_gradients_[i], decoder_.z[i], &dz);
    decoder_.kernel_sums[i][1][1] = KernelSums(dz, decoder_.x[i]);
    // Both encoders' maps are added before the decoder, so their gradients are equal.
    for (int e = 0; e < 2; ++e) {
      Convolve(decoder_.backward, dz, nullptr, 0, &encoders_.Gradient(e, i));
    }
  });
}

// With r = 1 / s and y the decoder batch norm's input, of P pixels:
//   d offset / dy = w r / P - w m r^3 (y - m) / P     d offset / dw = m r
void TrainingNetwork::AddOffsetLoss(const LossWeights& weights, int count) {
  const double pixels = decoder_.pixels() * count;
  const double mean = decoder_.statistics.mean, r = decoder_.inverse_deviation;
  BatchLosses& losses = result_.losses;
  losses.offset = decoder_.weight * mean * r;
  const double error = losses.offset - weights.offset_target;
  losses.total += weights.offset * error * error;
  const double slope = 2 * weights.offset * error;
  offset_weight_gradient_ = slope * mean * r;
  // About the rounded mean, as in PrepareBackward.
  const double shift = decoder_.numbers.mean - mean;
  const double deviation = slope * losses.offset * r * r / pixels;
  const double constant = deviation * shift - slope * decoder_.weight * r / pixels;
  decoder_.norm.constant = static_cast<float>(decoder_.norm.constant + constant);
  decoder_.norm.deviation = static_cast<float>(decoder_.norm.deviation + deviation);
}

void TrainingNetwork::CollectGradients(const Model& model, int count) {
  Model& gradient = result_.gradient;
  encoders_.CollectGradients({&model.base, &model.detail}, count,
                             {&gradient.base, &gradient.detail});
  const Kernel5x5 dconv = Total(decoder_.kernel_sums, count)[1][1];
  for (int k = 0; k < 9; ++k) {
    gradient.decoder.conv[k] = static_cast<float>(dconv[(k / 3 + 1) * 5 + k % 3 + 1]);
  }
  decoder_.NormGradient(1, count, &gradient.decoder.bn, offset_weight_gradient_);
}

std::string TrainingNetwork::NotFiniteAt() const {
  if (std::string where = encoders_.NotFiniteForward(); !where.empty()) return where;
  if (!std::isfinite(decoder_.statistics.variance)) return "the decoder";
  if (!std::isfinite(result_.losses.total)) return "the loss";
  // The forward pass was finite: a gradient is not.
  if (std::string where = encoders_.NotFiniteBackward(); !where.empty()) return where;
  return "the gradients";
}

}  // namespace auif
