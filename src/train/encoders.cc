#include "train/encoders.h"

#include <cmath>

#include "base/parallel.h"
#include "base/reflect.h"
#include "kernels/initial_filters.h"
#include "network/collapse.h"
#include "network/compile.h"

namespace auif {
namespace {

double Dot(const EdgeKernels& a, const EdgeKernels& b) {
  double sum = 0;
  for (int e = 0; e < 9; ++e) {
    for (int k = 0; k < 25; ++k) sum += a[e / 3][e % 3][k] * b[e / 3][e % 3][k];
  }
  return sum;
}

std::string LayerName(int encoder, int layer) {
  return "layer " + std::to_string(layer + 1) + " of the " + (encoder == 0 ? "base" : "detail") +
         " encoder";
}

}  // namespace

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

void InitialMaps(const PaddedPlane& source, PaddedPlane* base, PaddedPlane* detail) {
  const RowLayout layout(source.width());
  const int height = source.height();
  RowBuffer<float> striped(height, layout.size(), 0);
  for (int y = 0; y < height; ++y) {
    StripeRow(layout, SampleType::kFloat, source.Row(y), striped[y]);
  }
  const auto row = [&](int y) -> const float* { return striped[Reflect(y, height)]; };
  ColumnSums sums(layout);
  sums.Start(0, row);
  RowBuffer<float> maps(2, layout.size(), 2 * layout.lanes());
  for (int y = 0; y < height; ++y) {
    sums.Filter(striped[y], maps[0], maps[1]);
    UnstripeRow(layout, maps[0], SampleType::kFloat, base->Row(y));
    UnstripeRow(layout, maps[1], SampleType::kFloat, detail->Row(y));
    if (y + 1 < height) sums.Advance(y, row);
  }
  base->ReflectBorder();
  detail->ReflectBorder();
}

TrainingLayer::TrainingLayer(int batch, int width, int height)
    : moments(batch),
      sums(batch),
      fidelity(batch),
      kernel_sums(batch),
      x(Maps(batch, width, height)),
      z(Maps(batch, width, height)) {}

void TrainingLayer::ApplyStatistics(int count) {
  // All maps have the same number of pixels.
  double mean = 0, squares = 0;
  for (int i = 0; i < count; ++i) mean += moments[i].mean / count;
  for (int i = 0; i < count; ++i) {
    const double distance = moments[i].mean - mean;
    squares += moments[i].squares + pixels() * distance * distance;
  }
  statistics = {mean, squares / (pixels() * count)};
  inverse_deviation = 1 / std::sqrt(statistics.variance + double{kBatchNormEpsilon});
  numbers.mean = static_cast<float>(mean);
  numbers.scale = static_cast<float>(weight * inverse_deviation);
  // The mean's rounding goes into the bias.
  numbers.bias = static_cast<float>(bias + weight * inverse_deviation * (numbers.mean - mean));
}

void TrainingLayer::ApplyNoStatistics() {
  statistics = {0, 1};
  inverse_deviation = 1 / std::sqrt(1 + double{kBatchNormEpsilon});
  numbers.mean = 0;
  numbers.scale = static_cast<float>(weight * inverse_deviation);
  numbers.bias = static_cast<float>(bias);
}

void TrainingLayer::PrepareBackward(double factor, int count) {
  const StepSums total = Total(sums, count);
  const double all = pixels() * count;
  const double shift = numbers.mean - statistics.mean;
  // The sums are about the rounded mean. The other two numbers follow the rounded first one, so
  // that the rounding is a common factor and the sum of dz stays zero.
  const float direct = static_cast<float>(weight * inverse_deviation * factor);
  const double deviation = direct * inverse_deviation * inverse_deviation *
                           (total.deviation + shift * total.direct) / all;
  const double constant = direct * total.direct / all + deviation * shift;
  norm = {direct, static_cast<float>(constant), static_cast<float>(deviation)};
}

void TrainingLayer::PrepareBackwardWithoutStatistics(double factor) {
  norm = {static_cast<float>(weight * inverse_deviation * factor), 0, 0};
}

void TrainingLayer::NormGradient(double factor, int count, BatchNorm* gradient,
                                 double weight_too) const {
  const StepSums total = Total(sums, count);
  const double shift = numbers.mean - statistics.mean, all = pixels() * count;
  gradient->bias = static_cast<float>(factor * total.direct);
  gradient->weight = static_cast<float>(
      factor * inverse_deviation * (total.deviation + shift * total.direct) + weight_too);
  gradient->running_mean = static_cast<float>(statistics.mean);
  gradient->running_var = static_cast<float>(statistics.variance * all / (all - 1));
}

TrainingEncoders::TrainingEncoders(const ModelConfig& config, Norm norm, int batch, int width,
                                   int height, int threads)
    : config_(config), norm_(norm), width_(width), height_(height), threads_(threads) {
  for (int e = 0; e < 2; ++e) {
    for (int l = 0; l < config.layers; ++l) layers_[e].emplace_back(batch, width, height);
    fidelity_[e].resize(batch);
    encoded_[e] = Maps(batch, width, height);
    gradients_[e] = Maps(batch, width, height);
  }
}

void TrainingEncoders::ApplyNorm(TrainingLayer* layer, int count) const {
  if (norm_ == Norm::kBatch) {
    layer->ApplyStatistics(count);
  } else {
    layer->ApplyNoStatistics();
  }
}

// f of descent_step.h.
double TrainingEncoders::Factor(const TrainingLayer& layer) const {
  return config_.activation == Activation::kGradient ? -layer.eta : 1;
}

void TrainingEncoders::Prepare(const Layer& from, TrainingLayer* layer) const {
  const bool has_edges = config_.padding == Padding::kFeature;
  layer->eta = from.eta;
  layer->theta = from.theta;
  layer->slope = from.prelu;
  layer->weight = from.bn.weight;
  layer->bias = from.bn.bias;
  layer->kernels = CollapseEdges(from.conv1, SecondConvolution(from, config_.kernels));
  const double fidelity = layer->eta * layer->theta;
  if (config_.activation == Activation::kOutput) {
    for (auto& row : layer->kernels) {
      for (Kernel5x5& kernel : row) {
        for (double& tap : kernel) tap *= -layer->eta;
        kernel[12] += 1 - fidelity;
      }
    }
  }
  layer->forward = ConvPlan(ForwardTaps(layer->kernels, has_edges), width_);
  layer->backward = ConvPlan(BackwardTaps(layer->kernels, has_edges), width_);
  layer->numbers.slope = from.prelu;
  layer->numbers.eta = from.eta;
  layer->numbers.keep = static_cast<float>(1 - fidelity);
  layer->numbers.source = static_cast<float>(fidelity);
}

void TrainingEncoders::Convolution(int encoder, int layer, int i) {
  TrainingLayer& at = layers_[encoder][layer];
  const bool output = config_.activation == Activation::kOutput;
  Convolve(at.forward, at.x[i], output ? fidelity_[encoder][i] : nullptr, at.numbers.source,
           &at.z[i]);
  at.moments[i] = MapMoments(at.z[i]);
}

void TrainingEncoders::Forward(const Encoders& encoders, int count,
                               const std::function<void(int i)>& start) {
  ParallelFor(2 * config_.layers, threads_,
              [&](int i) { Prepare(encoders[i % 2]->layers[i / 2], &layers_[i % 2][i / 2]); });
  ParallelFor(count, threads_, [&](int i) {
    start(i);
    for (int e = 0; e < 2; ++e) Convolution(e, 0, i);
  });
  for (int l = 0; l < config_.layers; ++l) {
    for (auto& encoder : layers_) ApplyNorm(&encoder[l], count);
    const bool last = l + 1 == config_.layers;
    ParallelFor(2 * count, threads_, [&](int task) {
      const int e = task % 2, i = task / 2;
      const TrainingLayer& layer = layers_[e][l];
      PaddedPlane& next = last ? encoded_[e][i] : layers_[e][l + 1].x[i];
      StepForward(Form(config_.activation), layer.numbers, layer.x[i], *fidelity_[e][i], layer.z[i],
                  &next);
      if (last) return;
      next.ReflectBorder();
      Convolution(e, l + 1, i);
    });
  }
}

void TrainingEncoders::Sums(int encoder, int layer, int i) {
  TrainingLayer& at = layers_[encoder][layer];
  at.sums[i] = StepBackwardSums(Form(config_.activation), at.numbers, gradients_[encoder][i],
                                at.x[i], *fidelity_[encoder][i], at.z[i]);
}

void TrainingEncoders::LayerBackward(int encoder, int layer, int i) {
  TrainingLayer& at = layers_[encoder][layer];
  PaddedPlane& gradient = gradients_[encoder][i];
  PaddedPlane& dz = ThreadMap(width_, height_);
  at.fidelity[i] = StepBackward(Form(config_.activation), at.numbers, at.norm, gradient, at.x[i],
                                *fidelity_[encoder][i], at.z[i], &dz);
  if (config_.padding == Padding::kFeature) {
    at.kernel_sums[i] = EdgeKernelSums(dz, at.x[i]);
  } else {
    at.kernel_sums[i][1][1] = KernelSums(dz, at.x[i]);
  }
  if (layer == 0) return;
  const bool inside = config_.activation == Activation::kGradient;
  Convolve(at.backward, dz, inside ? &gradient : nullptr, at.numbers.keep, &gradient);
}

void TrainingEncoders::Backward(int count, const std::function<void(int i)>& start) {
  const int last = config_.layers - 1;
  ParallelFor(count, threads_, [&](int i) {
    start(i);
    for (int e = 0; e < 2; ++e) Sums(e, last, i);
  });
  for (int l = last; l >= 0; --l) {
    for (auto& encoder : layers_) {
      TrainingLayer& layer = encoder[l];
      if (norm_ == Norm::kBatch) {
        layer.PrepareBackward(Factor(layer), count);
      } else {
        layer.PrepareBackwardWithoutStatistics(Factor(layer));
      }
    }
    ParallelFor(2 * count, threads_, [&](int task) {
      const int e = task % 2, i = task / 2;
      LayerBackward(e, l, i);
      if (l > 0) Sums(e, l - 1, i);
    });
  }
}

void TrainingEncoders::LayerGradient(const Layer& from, const TrainingLayer& layer, int count,
                                     Layer* gradient) const {
  const bool inside = config_.activation == Activation::kGradient;
  const double factor = Factor(layer);
  const StepSums sums = Total(layer.sums, count);
  gradient->prelu = static_cast<float>(factor * sums.negative);
  layer.NormGradient(factor, count, &gradient->bn);
  EdgeKernels dkernels = Total(layer.kernel_sums, count);
  if (inside) {
    const double rebuilt = sums.positive + layer.slope * sums.negative;  // sum g P(z)
    gradient->eta = static_cast<float>(layer.theta * sums.fidelity - rebuilt);
    gradient->theta = static_cast<float>(layer.eta * sums.fidelity);
  } else {
    // With d = dL/dz: deta = -sum d (K x - theta (I - x)), and sum d (K x) is the sum of the
    // kernel's taps times their gradients.
    const double fidelity = Total(layer.fidelity, count);
    const EdgeKernels kernels = CollapseEdges(from.conv1, SecondConvolution(from, config_.kernels));
    gradient->eta = static_cast<float>(layer.theta * fidelity - Dot(kernels, dkernels));
    gradient->theta = static_cast<float>(layer.eta * fidelity);
    for (auto& row : dkernels) {
      for (Kernel5x5& kernel : row) {
        for (double& tap : kernel) tap *= -layer.eta;
      }
    }
  }
  const bool adjoint = config_.kernels == Kernels::kAdjoint;
  const std::size_t size = from.conv1.size();
  std::vector<double> dconv1(size), dconv2(size);
  CollapseBackward(from.conv1, SecondConvolution(from, config_.kernels), dkernels, dconv1, dconv2);
  for (std::size_t c = 0; c < size; c += 9) {
    for (int t = 0; t < 9; ++t) {
      // Adjoint: tap t of conv1 is tap 8 - t of Conv2 as well.
      if (adjoint) dconv1[c + t] += dconv2[c + 8 - t];
      gradient->conv1[c + t] = static_cast<float>(dconv1[c + t]);
      if (!adjoint) gradient->conv2[c + t] = static_cast<float>(dconv2[c + t]);
    }
  }
}

void TrainingEncoders::CollectGradients(const Encoders& encoders, int count,
                                        const std::array<Encoder*, 2>& gradient) const {
  ParallelFor(2 * config_.layers, threads_, [&](int i) {
    const int e = i % 2, l = i / 2;
    LayerGradient(encoders[e]->layers[l], layers_[e][l], count, &gradient[e]->layers[l]);
  });
}

std::string TrainingEncoders::NotFiniteForward() const {
  for (int l = 0; l < config_.layers; ++l) {
    for (int e = 0; e < 2; ++e) {
      const BatchStatistics& s = layers_[e][l].statistics;
      if (!std::isfinite(s.mean) || !std::isfinite(s.variance)) return LayerName(e, l);
    }
  }
  return "";
}

std::string TrainingEncoders::NotFiniteBackward() const {
  for (int l = config_.layers - 1; l >= 0; --l) {
    for (int e = 0; e < 2; ++e) {
      const NormBackward& n = layers_[e][l].norm;
      if (!std::isfinite(n.constant) || !std::isfinite(n.deviation) || !std::isfinite(n.direct)) {
        return "the gradient of " + LayerName(e, l);
      }
    }
  }
  return "";
}

}  // namespace auif
