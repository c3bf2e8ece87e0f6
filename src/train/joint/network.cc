#include "train/joint/network.h"

#include <algorithm>
#include <cmath>

#include "kernels/tone_rows.h"

namespace auif {
namespace {

constexpr float kBend = kSoftClipBend;

EdgeKernels Inner(const std::array<float, 25>& kernel) {
  EdgeKernels kernels{};
  std::copy(kernel.begin(), kernel.end(), kernels[1][1].begin());
  return kernels;
}

}  // namespace

float SoftClip(float v) {
  if (v < kBend) {
    const float low = std::max(v + kBend, 0.0F);
    return low * low / (4 * kBend);
  }
  if (v > 1 - kBend) {
    const float high = std::max(1 + kBend - v, 0.0F);
    return 1 - high * high / (4 * kBend);
  }
  return v;
}

float SoftClipSlope(float v) {
  if (v < kBend) return std::max(v + kBend, 0.0F) / (2 * kBend);
  if (v > 1 - kBend) return std::max(1 + kBend - v, 0.0F) / (2 * kBend);
  return 1;
}

JointTrainingNetwork::Pair::Pair(const PairLossWeights& weights, int width, int height)
    : sources{Plane<float>(width, height), Plane<float>(width, height)},
      closed(width, height),
      least(width, height),
      detail(width, height),
      toned{PaddedPlane(width, height), PaddedPlane(width, height)},
      open(width, height),
      fused(width, height),
      gradient(width, height),
      loss({width, height}, weights) {
  for (PaddedPlane& map : maps) map = PaddedPlane(width, height);
  for (PaddedPlane& map : u) map = PaddedPlane(width, height);
  for (PaddedPlane& map : du) map = PaddedPlane(width, height);
}

JointTrainingNetwork::JointTrainingNetwork(const JointModel& model, const PairLossWeights& weights,
                                           int batch, int width, int height, int threads)
    : width_(width),
      height_(height),
      encoders_(model.LayerConfig(), TrainingEncoders::Norm::kAffine, batch, width, height,
                threads) {
  for (int i = 0; i < batch; ++i) pairs_.emplace_back(weights, width, height);
  for (int i = 0; i < batch; ++i) {
    encoders_.SetFidelity(0, i, &pairs_[i].closed);
    encoders_.SetFidelity(1, i, &pairs_[i].detail);
  }
  result_.gradient = EmptyJointModel(model.layers, model.channels);
}

void JointTrainingNetwork::Start(int i) {
  Pair& pair = pairs_[i];
  const ToneCurve& curve = pair.curve;
  for (int y = 0; y < height_; ++y) {
    const float *ir = pair.sources[0].Row(y), *vis = pair.sources[1].Row(y);
    float *closed = pair.closed.Row(y), *a = pair.toned[0].Row(y), *b = pair.toned[1].Row(y);
    float* least = pair.least.Row(y);
    for (int x = 0; x < width_; ++x) {
      closed[x] = curve.At(std::max(ir[x], vis[x]) + curve.share * std::min(ir[x], vis[x]));
      a[x] = std::clamp(curve.At(ir[x] + curve.shift), 0.0F, 1.0F);
      b[x] = std::clamp(curve.At(vis[x] + curve.shift), 0.0F, 1.0F);
      least[x] = std::min(a[x], b[x]);
    }
  }
  PaddedPlane &base = encoders_.Initial(0, i), &detail = encoders_.Initial(1, i);
  PaddedPlane &other_base = pair.u[0], &other_detail = pair.u[1];  // not in use yet
  InitialMaps(pair.toned[0], &base, &detail);
  InitialMaps(pair.toned[1], &other_base, &other_detail);
  for (int y = 0; y < height_; ++y) {
    float *x0 = base.Row(y), *y0 = detail.Row(y), *kept = pair.detail.Row(y);
    const float *x1 = other_base.Row(y), *y1 = other_detail.Row(y);
    for (int x = 0; x < width_; ++x) {
      x0[x] = std::max(x0[x], x1[x]);
      y0[x] = std::abs(y0[x]) >= std::abs(y1[x]) ? y0[x] : y1[x];
      kept[x] = y0[x];
    }
  }
  base.ReflectBorder();
  detail.ReflectBorder();
  pair.loss.SetSources(pair.sources[0], pair.sources[1]);
}

void JointTrainingNetwork::Decode(const JointModel& model, int i) {
  Pair& pair = pairs_[i];
  const PaddedPlane* const from[kMaps] = {&encoders_.Encoded(0, i), &encoders_.Encoded(1, i),
                                          &pair.closed, &pair.least};
  for (int m = 0; m < kMaps; ++m) {
    const float centre = m == 1 ? 0 : 0.5F;
    for (int y = 0; y < height_; ++y) {
      const float* in = from[m]->Row(y);
      float* out = pair.maps[m].Row(y);
      for (int x = 0; x < width_; ++x) out[x] = in[x] - centre;
    }
    pair.maps[m].ReflectBorder();
    for (int k = 0; k < 2; ++k) {
      Convolve(forward_[k][m], pair.maps[m], m == 0 ? nullptr : &pair.u[k], 1, &pair.u[k]);
    }
  }
  for (int y = 0; y < height_; ++y) {
    const float *u0 = pair.u[0].Row(y), *closed = pair.closed.Row(y);
    float *u1 = pair.u[1].Row(y), *open = pair.open.Row(y), *fused = pair.fused.Row(y);
    for (int x = 0; x < width_; ++x) {
      u1[x] = std::max(u1[x] + model.decoder.bias[1], 0.0F);
      open[x] = closed[x] + u0[x] + model.decoder.bias[0] + model.decoder.share * u1[x];
      fused[x] = SoftClip(open[x]);
    }
  }
  pair.parts = pair.loss.Forward(pair.fused);
}

void JointTrainingNetwork::DecodeBackward(const JointModel& model, int i, int count) {
  Pair& pair = pairs_[i];
  for (int y = 0; y < height_; ++y) std::fill_n(pair.gradient.Row(y), width_, 0.0F);
  pair.loss.Backward(1.0 / count, pair.gradient.View());
  pair.bias_sums = {};
  pair.share_sum = 0;
  for (int y = 0; y < height_; ++y) {
    const float *gradient = pair.gradient.Row(y), *u1 = pair.u[1].Row(y), *open = pair.open.Row(y);
    float *du0 = pair.du[0].Row(y), *du1 = pair.du[1].Row(y);
    double sums[3] = {};
    for (int x = 0; x < width_; ++x) {
      du0[x] = gradient[x] * SoftClipSlope(open[x]);
      du1[x] = u1[x] > 0 ? model.decoder.share * du0[x] : 0;
      sums[0] += du0[x];
      sums[1] += du1[x];
      sums[2] += double{du0[x]} * u1[x];
    }
    pair.bias_sums[0] += sums[0];
    pair.bias_sums[1] += sums[1];
    pair.share_sum += sums[2];
  }
  for (int k = 0; k < 2; ++k) {
    for (int m = 0; m < kMaps; ++m) {
      pair.kernel_sums[k][m] = KernelSums(pair.du[k], pair.maps[m]);
    }
  }
  for (int e = 0; e < 2; ++e) {
    PaddedPlane& gradient = encoders_.Gradient(e, i);
    Convolve(backward_[0][e], pair.du[0], nullptr, 0, &gradient);
    Convolve(backward_[1][e], pair.du[1], &gradient, 1, &gradient);
  }
}

const JointBatchResult& JointTrainingNetwork::Step(const JointModel& model, int count) {
  for (int k = 0; k < 2; ++k) {
    for (int m = 0; m < kMaps; ++m) {
      const EdgeKernels kernels = Inner(model.decoder.kernels[k][m]);
      forward_[k][m] = ConvPlan(ForwardTaps(kernels, false), width_);
      backward_[k][m] = ConvPlan(BackwardTaps(kernels, false), width_);
    }
  }
  const TrainingEncoders::Encoders encoders = {&model.base, &model.detail};
  encoders_.Forward(encoders, count, [&](int i) { Start(i); });
  encoders_.Backward(count, [&](int i) {
    Decode(model, i);
    DecodeBackward(model, i, count);
  });
  JointModel& gradient = result_.gradient;
  encoders_.CollectGradients(encoders, count, {&gradient.base, &gradient.detail});

  result_.losses = {};
  JointDecoder& decoder = gradient.decoder;
  std::array<std::array<Kernel5x5, kMaps>, 2> kernels{};
  std::array<double, 2> bias{};
  double share = 0;
  for (int i = 0; i < count; ++i) {
    const Pair& pair = pairs_[i];
    result_.losses.Add(pair.parts, 1.0 / count);
    for (int k = 0; k < 2; ++k) {
      bias[k] += pair.bias_sums[k];
      for (int m = 0; m < kMaps; ++m) {
        for (int t = 0; t < 25; ++t) kernels[k][m][t] += pair.kernel_sums[k][m][t];
      }
    }
    share += pair.share_sum;
  }
  for (int k = 0; k < 2; ++k) {
    decoder.bias[k] = static_cast<float>(bias[k]);
    for (int m = 0; m < kMaps; ++m) {
      for (int t = 0; t < 25; ++t) {
        decoder.kernels[k][m][t] = static_cast<float>(kernels[k][m][t]);
      }
    }
  }
  decoder.share = static_cast<float>(share);
  return result_;
}

std::string JointTrainingNetwork::NotFiniteAt() const {
  if (!std::isfinite(result_.losses.total)) return "the loss";
  return "the gradients";
}

}  // namespace auif
