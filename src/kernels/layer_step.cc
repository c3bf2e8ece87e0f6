#include "kernels/layer_step.h"

#include <cassert>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_step.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/beside-inl.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, StepPlan::kMaxLanes>;
using V = hn::Vec<D>;

struct Scalars {
  V bias, slope, sign, keep, source;
};

// The rows of a call.
struct Call {
  const float* const* in;
  const float* const* source;
  float* const* out;
};

// Output rows in one unrolled block, and vectors side by side. A row of the input is loaded once
// and serves the five output rows around it, so a block of R rows reads 5 (R + 4) / R vectors for
// 25 multiply-adds; two vectors side by side make ten independent chains of multiply-adds, which
// covers their latency (4 cycles, 2 a cycle).
constexpr int kBlockRows = 8;
constexpr int kBlockVectors = 2;
constexpr int kCentre = 12;  // of the 25 taps

// R rows x C vectors at column x. Every output is the sum of its 25 products in the same order,
// whatever the block's size, so blocks may be cut anywhere: row by row, but the centre and the bias
// last, since they are by far the largest terms and would coarsen the rounding of all sums after
// them (this divides the error by three, measured on the published weights).
template <Activation kActivation, int R, int C>
HWY_INLINE void Block(const V* HWY_RESTRICT taps, const Scalars& s, const Call& call, int row,
                      size_t x) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V sum[R][C];
  V centre[R][C];
  Unroll<0, R + 4>([&](auto i) AUIF_INLINE_LAMBDA {
    const float* HWY_RESTRICT in = call.in[row + i] + x;
    V row_vectors[C + 2];  // with one on each side
    Unroll<0, C + 2>([&](auto c) AUIF_INLINE_LAMBDA {
      row_vectors[c] = hn::Load(d, in + (c - 1) * static_cast<ptrdiff_t>(lanes));
    });
    Unroll<0, 5>([&](auto t) AUIF_INLINE_LAMBDA {
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const V value =
            Neighbours<D>(row_vectors[c], row_vectors[c + 1], row_vectors[c + 2], in + c * lanes)
                .template Shifted<t - 2>();
        if constexpr (t == 2 && i >= 2 && i < R + 2) centre[i - 2][c] = value;
        Unroll<(i < 4 ? 0 : i - 4), (i < R ? i + 1 : R)>([&](auto o) AUIF_INLINE_LAMBDA {
          constexpr int kTap = (i - o) * 5 + t;
          if constexpr (kTap != kCentre) {
            sum[o][c] =
                kTap == 0 ? hn::Mul(taps[kTap], value) : hn::MulAdd(taps[kTap], value, sum[o][c]);
          }
        });
      });
    });
    if constexpr (i >= 4) {
      constexpr int o = i - 4;
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const size_t at = x + c * lanes;
        const V source = hn::Load(d, call.source[row + o] + at);
        V y = hn::Add(sum[o][c], hn::MulAdd(taps[kCentre], centre[o][c], s.bias));
        if constexpr (kActivation == Activation::kOutput) y = hn::MulAdd(s.source, source, y);
        y = hn::Max(y, hn::Mul(s.slope, y));
        if constexpr (kActivation == Activation::kGradient) {
          y = hn::MulAdd(s.sign, y, hn::MulAdd(s.keep, centre[o][c], hn::Mul(s.source, source)));
        } else {
          y = hn::Mul(s.sign, y);
        }
        hn::Store(y, d, call.out[row + o] + at);
      });
    }
  });
}

// n rows of the vectors in columns [begin, end). tap_vectors: 25 vectors kMaxLanes values apart.
template <Activation kActivation>
HWY_NOINLINE void Strip(const float* HWY_RESTRICT tap_vectors, const LayerStep& step,
                        const Call& call, int n, size_t begin, size_t end) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const Scalars s{hn::Set(d, step.bias), hn::Set(d, step.slope), hn::Set(d, step.sign),
                  hn::Set(d, step.keep), hn::Set(d, step.source)};
  V taps[25];
  Unroll<0, 25>([&](auto k) AUIF_INLINE_LAMBDA {
    taps[k] = hn::Load(d, tap_vectors + k * StepPlan::kMaxLanes);
  });
  int row = 0;
  for (; row + kBlockRows <= n; row += kBlockRows) {
    size_t x = begin;
    for (; x + kBlockVectors * lanes <= end; x += kBlockVectors * lanes) {
      Block<kActivation, kBlockRows, kBlockVectors>(taps, s, call, row, x);
    }
    for (; x < end; x += lanes) Block<kActivation, kBlockRows, 1>(taps, s, call, row, x);
  }
  for (; row < n; ++row) {
    for (size_t x = begin; x < end; x += lanes) {
      Block<kActivation, 1, 1>(taps, s, call, row, x);
    }
  }
}

template <Activation kActivation>
void Rows(const StepPlan& plan, Edge row, int n, const Call& call) {
  const size_t lanes = hn::Lanes(D());
  const LayerStep& step = plan.step();
  size_t begin = 0;
  size_t end = (static_cast<size_t>(plan.width()) + lanes - 1) / lanes * lanes;
  if (step.has_edges) {
    Strip<kActivation>(plan.Taps(row, Edge::kFirst), step, call, n, 0, lanes);
    begin = lanes;
    if (end > lanes) {
      end -= lanes;
      Strip<kActivation>(plan.Taps(row, Edge::kLast), step, call, n, end, end + lanes);
    }
  }
  Strip<kActivation>(plan.Taps(row, Edge::kInner), step, call, n, begin, end);
  const int w = plan.width();
  for (int i = 0; i < n; ++i) {
    float* out = call.out[i];
    out[-1] = out[1];
    out[-2] = out[2];
    out[w] = out[w - 2];
    out[w + 1] = out[w - 3];
  }
}

void RunLayerStep(const StepPlan& plan, Edge row, int n, const float* const* in,
                  const float* const* source, float* const* out) {
  const Call call{in, source, out};
  if (plan.step().activation == Activation::kGradient) {
    Rows<Activation::kGradient>(plan, row, n, call);
  } else {
    Rows<Activation::kOutput>(plan, row, n, call);
  }
}

size_t StepLanes() { return hn::Lanes(D()); }

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(RunLayerStep);
HWY_EXPORT(StepLanes);

LayerStep MakeLayerStep(const ModelConfig& config, const Layer& layer) {
  LayerStep step;
  step.activation = config.activation;
  const double eta = layer.eta, theta = layer.theta, slope = layer.prelu;
  const double scale =
      layer.bn.weight / std::sqrt(double{layer.bn.running_var} + double{kBatchNormEpsilon});
  const double shift = layer.bn.bias - scale * layer.bn.running_mean;
  step.slope = layer.prelu;
  step.has_edges = config.padding == Padding::kFeature;

  double factor = -eta * scale, centre = 0, bias, positive;
  if (config.activation == Activation::kGradient) {
    bias = -eta * shift;
    step.keep = static_cast<float>(1 - eta * theta);
    step.source = static_cast<float>(eta * theta);
    positive = -eta;
  } else {
    centre = scale * (1 - eta * theta);
    bias = shift;
    step.source = static_cast<float>(scale * eta * theta);
    positive = 1;
  }
  // c where c * positive > 0, else slope * c: that is max(c, slope * c) for positive > 0 and
  // slope <= 1. The other three cases are brought to it by changing the sign of c or of both.
  step.sign = (positive > 0) == (slope <= 1) ? 1.0f : -1.0f;
  factor *= step.sign;
  centre *= step.sign;
  step.bias = static_cast<float>(step.sign * bias);
  if (config.activation == Activation::kOutput) step.source *= step.sign;

  const std::vector<float> conv2 = SecondConvolution(layer, config.kernels);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      const bool inner = config.padding == Padding::kInput;
      const Kernel5x5 kernel = Collapse(layer.conv1, conv2, inner ? Edge::kInner : Edge(row),
                                        inner ? Edge::kInner : Edge(column));
      auto& taps = step.taps[row][column];
      for (int k = 0; k < 25; ++k) {
        taps[k] = static_cast<float>(factor * kernel[k] + (k == 12 ? centre : 0));
      }
    }
  }
  return step;
}

StepPlan::StepPlan(const LayerStep& step, int width) : step_(step), width_(width) {
  const int lanes = static_cast<int>(HWY_DYNAMIC_DISPATCH(StepLanes)());
  // The column at which each kind of vector begins; an inner one may stand anywhere.
  const int starts[3] = {0, -1, (width - 1) / lanes * lanes};
  for (int row = 0; row < 3; ++row) {
    for (int kind = 0; kind < 3; ++kind) {
      Plane<float>& taps = taps_[row][kind] = Plane<float>(kMaxLanes, 25);
      for (int k = 0; k < 25; ++k) {
        for (int lane = 0; lane < lanes; ++lane) {
          const int x = starts[kind] + lane;
          const int column = kind == 1 ? 1 : x == 0 ? 0 : x == width - 1 ? 2 : 1;
          taps.Row(k)[lane] = step.taps[row][column][k];
        }
      }
    }
  }
}

void RunLayerStep(const StepPlan& plan, Edge row, int n, const float* const* in,
                  const float* const* source, float* const* out) {
  assert(row == Edge::kInner || n == 1);
  HWY_DYNAMIC_DISPATCH(RunLayerStep)(plan, row, n, in, source, out);
}

}  // namespace auif
#endif  // HWY_ONCE
