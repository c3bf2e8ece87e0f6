#include "kernels/layer_step.h"

#include <cassert>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_step.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/striped_row-inl.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;
using V = hn::Vec<D>;

// To be made where it is used, so that it lives in registers.
struct Scalars {
  HWY_INLINE explicit Scalars(const LayerStep& step)
      : bias(hn::Set(D(), step.bias)),
        slope(hn::Set(D(), step.slope)),
        keep(hn::Set(D(), step.keep)),
        source(hn::Set(D(), step.source)) {}

  V bias, slope, keep, source;
};

// The rows of a call.
struct Call {
  const float* const* in;
  const float* const* source;
  float* const* out;
};

// Output rows in one unrolled block, and vectors side by side. A row of the input is loaded once
// and serves the five output rows around it, so a block of R rows and C vectors reads
// (C + 4) (R + 4) vectors for 25 C R multiply-adds, in C R independent chains, which must cover
// their latency (4 cycles, 2 a cycle). On targets of 16 registers four vectors would not fit.
constexpr int kBlockRows = 4;
constexpr int kBlockVectors = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 4 : 2;
constexpr int kCentre = 12;  // of the 25 taps

// The vectors of a block: C neighbours from `first` on, with the taps `taps`; or the two that hold
// the picture's first and last column, each with taps of its own. At: where the vector that tap
// column t of vector c reads begins, from the row's start.
template <int C>
struct Neighbours {
  const V* HWY_RESTRICT taps;
  ptrdiff_t first;

  static constexpr int kCount = C;
  struct Row {
    HWY_INLINE Row() {}  // an implicit one would not be compiled for the target
    V v[C + 4];
    HWY_INLINE V At(int c, int t) const { return v[c + t]; }
  };
  HWY_INLINE Row Load(const float* HWY_RESTRICT row) const {
    Row r;
    Unroll<0, C + 4>([&](auto i) AUIF_INLINE_LAMBDA {
      r.v[i] = hn::Load(D(), row + first + (i - 2) * static_cast<ptrdiff_t>(hn::Lanes(D())));
    });
    return r;
  }
  HWY_INLINE ptrdiff_t At(int c) const {
    return first + c * static_cast<ptrdiff_t>(hn::Lanes(D()));
  }
  HWY_INLINE V Tap(int, int k) const { return taps[k]; }
};
struct Edges {
  const float* HWY_RESTRICT taps[2];
  ptrdiff_t at[2];

  static constexpr int kCount = 2;
  struct Row {
    const float* HWY_RESTRICT row;
    const ptrdiff_t* at;
    HWY_INLINE V At(int c, int t) const {
      return hn::Load(D(), row + at[c] + (t - 2) * static_cast<ptrdiff_t>(hn::Lanes(D())));
    }
  };
  HWY_INLINE Row Load(const float* HWY_RESTRICT row) const { return {row, at}; }
  HWY_INLINE ptrdiff_t At(int c) const { return at[c]; }
  HWY_INLINE V Tap(int c, int k) const { return hn::Load(D(), taps[c] + k * RowLayout::kMaxLanes); }
};

// What is compiled apart: the activation, and the sign of its PReLU.
template <Activation kActivation_, int kSign_>
struct Kind {
  static constexpr Activation kActivation = kActivation_;
  static constexpr int kSign = kSign_;
};

// R rows of a block's vectors. Every output is the sum of its 25 products in the same order,
// whatever the block's size, so blocks may be cut anywhere: row by row, but the centre and the bias
// last, since they are by far the largest terms and would coarsen the rounding of all sums after
// them (this divides the error by three, measured on the published weights).
template <class Kind, int R, class Vectors>
HWY_INLINE void Block(const Vectors& vectors, const Scalars& s, const Call& call, int row) {
  constexpr int C = Vectors::kCount;
  const D d;
  V sum[R][C];
  Unroll<0, R + 4>([&](auto i) AUIF_INLINE_LAMBDA {
    const auto in = vectors.Load(call.in[row + i]);
    Unroll<0, 5>([&](auto t) AUIF_INLINE_LAMBDA {
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const V value = in.At(c, t);
        Unroll<(i < 4 ? 0 : i - 4), (i < R ? i + 1 : R)>([&](auto o) AUIF_INLINE_LAMBDA {
          constexpr int kTap = (i - o) * 5 + t;
          if constexpr (kTap != kCentre) {
            sum[o][c] = kTap == 0 ? hn::Mul(vectors.Tap(c, kTap), value)
                                  : hn::MulAdd(vectors.Tap(c, kTap), value, sum[o][c]);
          }
        });
      });
    });
    if constexpr (i >= 4) {
      constexpr int o = i - 4;
      Unroll<0, C>([&](auto c) AUIF_INLINE_LAMBDA {
        const ptrdiff_t at = vectors.At(c);
        const V centre = hn::Load(d, call.in[row + o + 2] + at);
        const V source = hn::Load(d, call.source[row + o] + at);
        V y = hn::Add(sum[o][c], hn::MulAdd(vectors.Tap(c, kCentre), centre, s.bias));
        if constexpr (Kind::kActivation == Activation::kOutput) {
          y = hn::MulAdd(s.source, source, y);
        }
        y = hn::Max(y, hn::Mul(s.slope, y));
        if constexpr (Kind::kActivation == Activation::kGradient) {
          const V rest = hn::MulAdd(s.keep, centre, hn::Mul(s.source, source));
          y = Kind::kSign > 0 ? hn::Add(rest, y) : hn::Sub(rest, y);
        } else if constexpr (Kind::kSign < 0) {
          y = hn::Neg(y);
        }
        hn::Store(y, d, call.out[row + o] + at);
      });
    }
  });
}

// n rows of the vectors [begin, end).
template <class Kind>
HWY_NOINLINE void Inner(const float* HWY_RESTRICT tap_vectors, const LayerStep& step,
                        const Call& call, int n, int begin, int end) {
  const D d;
  const Scalars s(step);
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  V taps[25];
  Unroll<0, 25>([&](auto k) AUIF_INLINE_LAMBDA {
    taps[k] = hn::Load(d, tap_vectors + k * RowLayout::kMaxLanes);
  });
  const auto block = [&](auto rows, int row) AUIF_INLINE_LAMBDA {
    int k = begin;
    const auto vectors = [&](auto count) AUIF_INLINE_LAMBDA {
      for (; k + count <= end; k += count) {
        Block<Kind, rows>(Neighbours<count>{taps, k * lanes}, s, call, row);
      }
    };
    vectors(std::integral_constant<int, kBlockVectors>{});
    if constexpr (kBlockVectors > 2) vectors(std::integral_constant<int, 2>{});
    vectors(std::integral_constant<int, 1>{});
  };
  int row = 0;
  for (; row + kBlockRows <= n; row += kBlockRows) {
    block(std::integral_constant<int, kBlockRows>{}, row);
  }
  for (; row < n; ++row) block(std::integral_constant<int, 1>{}, row);
}

// n rows of the vectors that hold the first and the last column.
template <class Kind>
HWY_NOINLINE void Outer(const Edges& edges, const LayerStep& step, const Call& call, int n) {
  const Edges vectors = edges;
  const Scalars s(step);
  int row = 0;
  for (; row + kBlockRows <= n; row += kBlockRows) Block<Kind, kBlockRows>(vectors, s, call, row);
  for (; row < n; ++row) Block<Kind, 1>(vectors, s, call, row);
}

template <class Kind>
void Rows(const StepPlan& plan, Edge row, int n, const Call& call) {
  const LayerStep& step = plan.step();
  const RowLayout& layout = plan.layout();
  const float* taps = plan.Taps(row, Edge::kInner);
  if (plan.has_edge_columns()) {
    const int first = plan.EdgeVector(Edge::kFirst), last = plan.EdgeVector(Edge::kLast);
    Outer<Kind>({{plan.Taps(row, Edge::kFirst), plan.Taps(row, Edge::kLast)},
                 {first * layout.lanes(), last * layout.lanes()}},
                step, call, n);
    Inner<Kind>(taps, step, call, n, first + 1, std::max(first + 1, last));
    Inner<Kind>(taps, step, call, n, last + 1, layout.stride());
  } else {
    Inner<Kind>(taps, step, call, n, 0, layout.stride());
  }
  for (int i = 0; i < n; ++i) SetMargins<2>(layout, call.out[i]);
}

void RunLayerStep(const StepPlan& plan, Edge row, int n, const float* const* in,
                  const float* const* source, float* const* out) {
  const Call call{in, source, out};
  const bool positive = plan.step().sign > 0;
  if (plan.step().activation == Activation::kGradient) {
    if (positive) {
      Rows<Kind<Activation::kGradient, 1>>(plan, row, n, call);
    } else {
      Rows<Kind<Activation::kGradient, -1>>(plan, row, n, call);
    }
  } else {
    if (positive) {
      Rows<Kind<Activation::kOutput, 1>>(plan, row, n, call);
    } else {
      Rows<Kind<Activation::kOutput, -1>>(plan, row, n, call);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(RunLayerStep);

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

StepPlan::StepPlan(const LayerStep& step, const RowLayout& layout, bool left, bool right)
    : step_(step), layout_(layout), has_edge_columns_(step.has_edges && (left || right)) {
  for (int row = 0; row < 3; ++row) {
    for (const Edge kind : {Edge::kFirst, Edge::kInner, Edge::kLast}) {
      Plane<float>& taps = taps_[row][static_cast<int>(kind)] =
          Plane<float>(RowLayout::kMaxLanes, 25);
      for (int lane = 0; lane < layout.lanes(); ++lane) {
        Edge column = Edge::kInner;
        if (kind != Edge::kInner) {
          const int x = lane * layout.stride() + EdgeVector(kind);
          if (left && x == 0) column = Edge::kFirst;
          if (right && x == layout.width() - 1) column = Edge::kLast;
        }
        const auto& values = step.taps[row][static_cast<int>(column)];
        for (int k = 0; k < 25; ++k) taps.Row(k)[lane] = values[k];
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
