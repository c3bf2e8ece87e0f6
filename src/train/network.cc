#include "train/network.h"

#include <cmath>

#include "base/parallel.h"
#include "base/reflect.h"
#include "kernels/initial_filters.h"
#include "network/collapse.h"
#include "network/compile.h"

namespace auif {
namespace {

// One map for each thread that works on a layer's backward pass; its margin stays zero.
PaddedPlane& ThreadMap(int width, int height) {
  thread_local PaddedPlane map;
  if (map.size() != Size{width, height}) map = PaddedPlane(width, height);
  return map;
}

std::vector<PaddedPlane> Maps(int count, int width, int height) {
  std::vector<PaddedPlane> maps;
  for (int i = 0; i < count; ++i) maps.emplace_back(width, height);
  return maps;
}

// The decoder's 3x3 kernel as one of 5x5.
EdgeKernels DecoderKernels(const std::array<float, 9>& conv) {
  EdgeKernels kernels{};
  for (int k = 0; k < 9; ++k) kernels[1][1][(k / 3 + 1) * 5 + k % 3 + 1] = conv[k];
  return kernels;
}

double Dot(const EdgeKernels& a, const EdgeKernels& b) {
  double sum = 0;
  for (int e = 0; e < 9; ++e) {
    for (int k = 0; k < 25; ++k) sum += a[e / 3][e % 3][k] * b[e / 3][e % 3][k];
  }
  return sum;
}

StepSums& operator+=(StepSums& a, const StepSums& b) {
  a.negative += b.negative;
  a.direct += b.direct;
  a.deviation += b.deviation;
  a.positive += b.positive;
  a.fidelity += b.fidelity;
  return a;
}

EdgeKernels& operator+=(EdgeKernels& a, const EdgeKernels& b) {
  for (int e = 0; e < 9; ++e) {
    for (int k = 0; k < 25; ++k) a[e / 3][e % 3][k] += b[e / 3][e % 3][k];
  }
  return a;
}

LossSums& operator+=(LossSums& a, const LossSums& b) {
  a.squares += b.squares;
  a.ssim += b.ssim;
  a.dissimilarity += b.dissimilarity;
  return a;
}

template <typename T>
T Total(const std::vector<T>& values, int count) {
  T total{};
  for (int i = 0; i < count; ++i) total += values[i];
  return total;
}

}  // namespace

TrainingNetwork::TrainingNetwork(const ModelConfig& config, int batch, int width, int height,
                                 int threads)
    : config_(config),
      width_(width),
      height_(height),
      threads_(threads),
      images_(Maps(batch, width, height)),
      outputs_(Maps(batch, width, height)),
      output_gradients_(Maps(batch, width, height)),
      loss_sums_(batch) {
  const auto make_state = [&](LayerState* state) {
    state->moments.resize(batch);
    state->sums.resize(batch);
    state->fidelity.resize(batch);
    state->kernel_sums.resize(batch);
    state->x = Maps(batch, width, height);
    state->z = Maps(batch, width, height);
  };
  for (int e = 0; e < 2; ++e) {
    encoders_[e].resize(config.layers);
    for (LayerState& state : encoders_[e]) make_state(&state);
    encoded_[e] = Maps(batch, width, height);
    gradients_[e] = Maps(batch, width, height);
  }
  make_state(&decoder_);
  result_.gradient = EmptyModel(config);
}

const BatchResult& TrainingNetwork::Step(const Model& model, int count,
                                         const LossWeights& weights) {
  Prepare(model);
  Forward(count);
  Backward(count, weights);
  CollectGradients(model, count);
  return result_;
}

void TrainingNetwork::Prepare(const Model& model) {
  ParallelFor(2 * config_.layers, threads_, [&](int i) {
    const Encoder& encoder = i % 2 == 0 ? model.base : model.detail;
    PrepareLayer(encoder.layers[i / 2], &encoders_[i % 2][i / 2]);
  });
  const EdgeKernels kernels = DecoderKernels(model.decoder.conv);
  decoder_.forward = ConvPlan(ForwardTaps(kernels, false), width_);
  decoder_.backward = ConvPlan(BackwardTaps(kernels, false), width_);
  decoder_.weight = model.decoder.bn.weight;
  decoder_.bias = model.decoder.bn.bias;
}

void TrainingNetwork::PrepareLayer(const Layer& layer, LayerState* state) const {
  const bool has_edges = config_.padding == Padding::kFeature;
  state->eta = layer.eta;
  state->theta = layer.theta;
  state->slope = layer.prelu;
  state->weight = layer.bn.weight;
  state->bias = layer.bn.bias;
  state->kernels = CollapseEdges(layer.conv1, SecondConvolution(layer, config_.kernels));
  const double fidelity = state->eta * state->theta;
  if (config_.activation == Activation::kOutput) {
    for (auto& row : state->kernels) {
      for (Kernel5x5& kernel : row) {
        for (double& tap : kernel) tap *= -state->eta;
        kernel[12] += 1 - fidelity;
      }
    }
  }
  state->forward = ConvPlan(ForwardTaps(state->kernels, has_edges), width_);
  state->backward = ConvPlan(BackwardTaps(state->kernels, has_edges), width_);
  state->numbers.slope = layer.prelu;
  state->numbers.eta = layer.eta;
  state->numbers.keep = static_cast<float>(1 - fidelity);
  state->numbers.source = static_cast<float>(fidelity);
}

void TrainingNetwork::InitialMaps(int i) {
  images_[i].ReflectBorder();
  const RowLayout layout(width_);
  RowBuffer<float> striped(height_, layout.size(), 0);
  for (int y = 0; y < height_; ++y)
    StripeRow(layout, SampleType::kFloat, images_[i].Row(y), striped[y]);
  const auto row = [&](int y) -> const float* { return striped[Reflect(y, height_)]; };
  ColumnSums sums(layout);
  sums.Start(0, row);
  RowBuffer<float> maps(2, layout.size(), 2 * layout.lanes());
  for (int y = 0; y < height_; ++y) {
    sums.Filter(striped[y], maps[0], maps[1]);
    for (int e = 0; e < 2; ++e) {
      UnstripeRow(layout, maps[e], SampleType::kFloat, encoders_[e][0].x[i].Row(y));
    }
    if (y + 1 < height_) sums.Advance(y, row);
  }
  for (auto& encoder : encoders_) encoder[0].x[i].ReflectBorder();
}

void TrainingNetwork::LayerConvolution(LayerState* state, int i) {
  const bool output = config_.activation == Activation::kOutput && state != &decoder_;
  Convolve(state->forward, state->x[i], output ? &images_[i] : nullptr, state->numbers.source,
           &state->z[i]);
  state->moments[i] = MapMoments(state->z[i]);
}

void TrainingNetwork::ApplyStatistics(LayerState* state, int count) const {
  // All maps have the same number of pixels.
  const double pixels = double(width_) * height_;
  double mean = 0, squares = 0;
  for (int i = 0; i < count; ++i) mean += state->moments[i].mean / count;
  for (int i = 0; i < count; ++i) {
    const double distance = state->moments[i].mean - mean;
    squares += state->moments[i].squares + pixels * distance * distance;
  }
  state->statistics = {mean, squares / (pixels * count)};
  state->inverse_deviation = 1 / std::sqrt(state->statistics.variance + double{kBatchNormEpsilon});
  state->numbers.mean = static_cast<float>(mean);
  state->numbers.scale = static_cast<float>(state->weight * state->inverse_deviation);
  // The mean's rounding goes into the bias.
  state->numbers.bias = static_cast<float>(state->bias + state->weight * state->inverse_deviation *
                                                             (state->numbers.mean - mean));
}

void TrainingNetwork::Forward(int count) {
  ParallelFor(count, threads_, [&](int i) {
    InitialMaps(i);
    for (auto& encoder : encoders_) LayerConvolution(&encoder[0], i);
  });
  for (int l = 0; l < config_.layers; ++l) {
    for (auto& encoder : encoders_) ApplyStatistics(&encoder[l], count);
    const bool last = l + 1 == config_.layers;
    ParallelFor(2 * count, threads_, [&](int task) {
      const int e = task % 2, i = task / 2;
      LayerState& state = encoders_[e][l];
      PaddedPlane& next = last ? encoded_[e][i] : encoders_[e][l + 1].x[i];
      StepForward(Form(config_.activation), state.numbers, state.x[i], images_[i], state.z[i],
                  &next);
      if (last) return;
      next.ReflectBorder();
      LayerConvolution(&encoders_[e][l + 1], i);
    });
  }
  ParallelFor(count, threads_, [&](int i) {
    AddMaps(encoded_[0][i], encoded_[1][i], &decoder_.x[i]);
    LayerConvolution(&decoder_, i);
  });
  ApplyStatistics(&decoder_, count);
}

// What StepBackward needs once the sums of all images are there. factor: f of descent_step.h.
void TrainingNetwork::PrepareBackward(LayerState* state, double factor, int count) const {
  const StepSums sums = Total(state->sums, count);
  const double pixels = double(width_) * height_ * count;
  const double shift = state->numbers.mean - state->statistics.mean;
  // The sums are about the rounded mean. The other two numbers follow the rounded first one, so
  // that the rounding is a common factor and the sum of dz stays zero.
  const float direct = static_cast<float>(state->weight * state->inverse_deviation * factor);
  const double deviation = direct * state->inverse_deviation * state->inverse_deviation *
                           (sums.deviation + shift * sums.direct) / pixels;
  const double constant = direct * sums.direct / pixels + deviation * shift;
  state->norm = {direct, static_cast<float>(constant), static_cast<float>(deviation)};
}

void TrainingNetwork::LayerSums(int encoder, int layer, int i) {
  LayerState& state = encoders_[encoder][layer];
  state.sums[i] = StepBackwardSums(Form(config_.activation), state.numbers, gradients_[encoder][i],
                                   state.x[i], images_[i], state.z[i]);
}

void TrainingNetwork::LayerBackward(int encoder, int layer, int i) {
  LayerState& state = encoders_[encoder][layer];
  PaddedPlane& gradient = gradients_[encoder][i];
  PaddedPlane& dz = ThreadMap(width_, height_);
  state.fidelity[i] = StepBackward(Form(config_.activation), state.numbers, state.norm, gradient,
                                   state.x[i], images_[i], state.z[i], &dz);
  if (config_.padding == Padding::kFeature) {
    state.kernel_sums[i] = EdgeKernelSums(dz, state.x[i]);
  } else {
    state.kernel_sums[i][1][1] = KernelSums(dz, state.x[i]);
  }
  if (layer == 0) return;
  const bool inside = config_.activation == Activation::kGradient;
  Convolve(state.backward, dz, inside ? &gradient : nullptr, state.numbers.keep, &gradient);
}

void TrainingNetwork::Backward(int count, const LossWeights& weights) {
  const double pixels = double(width_) * height_ * count;
  ParallelFor(count, threads_, [&](int i) {
    SigmoidForward(decoder_.numbers, decoder_.z[i], &outputs_[i]);
    loss_sums_[i] =
        LossAndGradient(weights, pixels, images_[i], outputs_[i], &output_gradients_[i]);
    decoder_.sums[i] =
        SigmoidBackwardSums(decoder_.numbers, outputs_[i], decoder_.z[i], &output_gradients_[i]);
  });
  const LossSums losses = Total(loss_sums_, count);
  result_.losses.mse = losses.squares / pixels;
  result_.losses.ssim = losses.ssim / pixels;
  result_.losses.total =
      weights.mse * result_.losses.mse + weights.ssim * losses.dissimilarity / (2 * pixels);

  PrepareBackward(&decoder_, 1, count);
  AddOffsetLoss(weights, count);
  const int last = config_.layers - 1;
  ParallelFor(count, threads_, [&](int i) {
    PaddedPlane& dz = ThreadMap(width_, height_);
    SigmoidBackward(decoder_.numbers, decoder_.norm, output_gradients_[i], decoder_.z[i], &dz);
    decoder_.kernel_sums[i][1][1] = KernelSums(dz, decoder_.x[i]);
    // Both encoders' maps are added before the decoder, so their gradients are equal.
    for (int e = 0; e < 2; ++e) {
      Convolve(decoder_.backward, dz, nullptr, 0, &gradients_[e][i]);
      LayerSums(e, last, i);
    }
  });
  for (int l = last; l >= 0; --l) {
    for (auto& encoder : encoders_) {
      const bool inside = config_.activation == Activation::kGradient;
      PrepareBackward(&encoder[l], inside ? -encoder[l].eta : 1, count);
    }
    ParallelFor(2 * count, threads_, [&](int task) {
      const int e = task % 2, i = task / 2;
      LayerBackward(e, l, i);
      if (l > 0) LayerSums(e, l - 1, i);
    });
  }
}

// With r = 1 / s and y the decoder batch norm's input, of P pixels:
//   d offset / dy = w r / P - w m r^3 (y - m) / P     d offset / dw = m r
void TrainingNetwork::AddOffsetLoss(const LossWeights& weights, int count) {
  const double pixels = double(width_) * height_ * count;
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

void TrainingNetwork::LayerGradient(const Layer& layer, const LayerState& state, int count,
                                    Layer* gradient) const {
  const bool inside = config_.activation == Activation::kGradient;
  const double factor = inside ? -state.eta : 1;
  const StepSums sums = Total(state.sums, count);
  const double shift = state.numbers.mean - state.statistics.mean;
  gradient->prelu = static_cast<float>(factor * sums.negative);
  gradient->bn.bias = static_cast<float>(factor * sums.direct);
  gradient->bn.weight =
      static_cast<float>(factor * state.inverse_deviation * (sums.deviation + shift * sums.direct));
  EdgeKernels dkernels = Total(state.kernel_sums, count);
  if (inside) {
    const double rebuilt = sums.positive + state.slope * sums.negative;  // sum g P(z)
    gradient->eta = static_cast<float>(state.theta * sums.fidelity - rebuilt);
    gradient->theta = static_cast<float>(state.eta * sums.fidelity);
  } else {
    // With d = dL/dz: deta = -sum d (K x - theta (I - x)), and sum d (K x) is the sum of the
    // kernel's taps times their gradients.
    const double fidelity = Total(state.fidelity, count);
    const EdgeKernels kernels =
        CollapseEdges(layer.conv1, SecondConvolution(layer, config_.kernels));
    gradient->eta = static_cast<float>(state.theta * fidelity - Dot(kernels, dkernels));
    gradient->theta = static_cast<float>(state.eta * fidelity);
    for (auto& row : dkernels) {
      for (Kernel5x5& kernel : row) {
        for (double& tap : kernel) tap *= -state.eta;
      }
    }
  }
  const bool adjoint = config_.kernels == Kernels::kAdjoint;
  const std::size_t size = layer.conv1.size();
  std::vector<double> dconv1(size), dconv2(size);
  CollapseBackward(layer.conv1, SecondConvolution(layer, config_.kernels), dkernels, dconv1,
                   dconv2);
  for (std::size_t c = 0; c < size; c += 9) {
    for (int t = 0; t < 9; ++t) {
      // Adjoint: tap t of conv1 is tap 8 - t of Conv2 as well.
      if (adjoint) dconv1[c + t] += dconv2[c + 8 - t];
      gradient->conv1[c + t] = static_cast<float>(dconv1[c + t]);
      if (!adjoint) gradient->conv2[c + t] = static_cast<float>(dconv2[c + t]);
    }
  }
}

void TrainingNetwork::CollectGradients(const Model& model, int count) {
  Model& gradient = result_.gradient;
  const double pixels = double(width_) * height_ * count;
  const auto set_statistics = [&](const LayerState& state, BatchNorm* bn) {
    bn->running_mean = static_cast<float>(state.statistics.mean);
    bn->running_var = static_cast<float>(state.statistics.variance * pixels / (pixels - 1));
  };
  ParallelFor(2 * config_.layers, threads_, [&](int i) {
    const int e = i % 2, l = i / 2;
    Layer& to = (e == 0 ? gradient.base : gradient.detail).layers[l];
    LayerGradient((e == 0 ? model.base : model.detail).layers[l], encoders_[e][l], count, &to);
    set_statistics(encoders_[e][l], &to.bn);
  });
  const Kernel5x5 dconv = Total(decoder_.kernel_sums, count)[1][1];
  for (int k = 0; k < 9; ++k) {
    gradient.decoder.conv[k] = static_cast<float>(dconv[(k / 3 + 1) * 5 + k % 3 + 1]);
  }
  const StepSums sums = Total(decoder_.sums, count);
  const double shift = decoder_.numbers.mean - decoder_.statistics.mean;
  gradient.decoder.bn.bias = static_cast<float>(sums.direct);
  gradient.decoder.bn.weight =
      static_cast<float>(decoder_.inverse_deviation * (sums.deviation + shift * sums.direct) +
                         offset_weight_gradient_);
  set_statistics(decoder_, &gradient.decoder.bn);
}

std::string TrainingNetwork::NotFiniteAt() const {
  const char* const names[2] = {"base", "detail"};
  const auto layer_name = [&](int e, int l) {
    return "layer " + std::to_string(l + 1) + " of the " + names[e] + " encoder";
  };
  for (int l = 0; l < config_.layers; ++l) {
    for (int e = 0; e < 2; ++e) {
      const BatchStatistics& s = encoders_[e][l].statistics;
      if (!std::isfinite(s.mean) || !std::isfinite(s.variance)) return layer_name(e, l);
    }
  }
  if (!std::isfinite(decoder_.statistics.variance)) return "the decoder";
  if (!std::isfinite(result_.losses.total)) return "the loss";
  // The forward pass was finite: a gradient is not.
  for (int l = config_.layers - 1; l >= 0; --l) {
    for (int e = 0; e < 2; ++e) {
      const NormBackward& n = encoders_[e][l].norm;
      if (!std::isfinite(n.constant) || !std::isfinite(n.deviation) || !std::isfinite(n.direct)) {
        return "the gradient of " + layer_name(e, l);
      }
    }
  }
  return "the gradients";
}

}  // namespace auif
