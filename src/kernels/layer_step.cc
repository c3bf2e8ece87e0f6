#include "kernels/layer_step.h"

#include <cassert>
#include <cmath>

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
using One = hn::CappedTag<float, 1>;  // a column of its own

// The rows of a call.
struct Call {
  const float* const* in;
  const float* const* source;
  float* const* out;
};

// What is compiled apart: the activation, and the sign of its PReLU.
template <StepForm kForm_, int kSign_>
struct Kind {
  static constexpr StepForm kForm = kForm_;
  static constexpr int kSign = kSign_;
};

constexpr int kCentre = 12;  // of the 25 taps

// What follows the sum over all taps but the centre. Centre and bias come last, since they are by
// far the largest terms and would coarsen the rounding of all sums after them (this divides the
// error by three, measured on the published weights). To be made where it is used, so that it
// lives in registers.
template <class Kind, class DF>
struct Finish {
  using VF = hn::Vec<DF>;
  HWY_INLINE Finish(const LayerStep& step, float centre_tap)
      : tap(hn::Set(DF(), centre_tap)),
        bias(hn::Set(DF(), step.bias)),
        slope(hn::Set(DF(), step.slope)),
        keep(hn::Set(DF(), step.keep)),
        source(hn::Set(DF(), step.source)) {}

  HWY_INLINE void operator()(VF sum, const float* HWY_RESTRICT centre_at,
                             const float* HWY_RESTRICT source_at, float* HWY_RESTRICT to) const {
    const DF d;
    const VF centre = hn::Load(d, centre_at), i = hn::Load(d, source_at);
    VF y = hn::Add(sum, hn::MulAdd(tap, centre, bias));
    if constexpr (Kind::kForm == StepForm::kOutput) y = hn::MulAdd(source, i, y);
    y = hn::Max(y, hn::Mul(slope, y));
    if constexpr (Kind::kForm == StepForm::kGradient) {
      const VF rest = hn::MulAdd(keep, centre, hn::Mul(source, i));
      y = Kind::kSign > 0 ? hn::Add(rest, y) : hn::Sub(rest, y);
    } else if constexpr (Kind::kSign < 0) {
      y = hn::Neg(y);
    }
    hn::Store(y, d, to);
  }

  VF tap, bias, slope, keep, source;
};

// Two columns 2m and 2m + 1 share products (the two-phase fast FIR algorithm; Mou and Duhamel,
// "Short-length FIR filters and their use in fast nonrecursive filtering", IEEE Transactions on
// Signal Processing 39, 1991). With a row's even vectors e, its odd ones o, and x = o - e,
//
//   A    = h0 e[m-1] + h2 e[m] + h4 e[m+1]
//   B[m] = h1 o[m-1] + h3 o[m]
//   C    = h0 x[m-1] + (h2 - h1) x[m] + (h4 - h3) x[m+1]
//   y[2m] = A + B[m]    y[2m+1] = A + B[m+1] + C
//
// are the sums over a kernel row h with 8 multiply-adds instead of 10, and B[m+1] is the next
// pair's B[m]. All are summed over the five kernel rows. Differences keep the terms small where a
// image is smooth. Every column is the same sum wherever a row is cut, as long as cuts are at
// even columns.
struct Taps {
  HWY_INLINE explicit Taps(const std::array<float, 25>& taps) {
    const D d;
    for (int i = 0; i < 5; ++i) {
      const float* h = &taps[5 * i];
      const float h2 = i == 2 ? 0.0f : h[2];  // the centre comes last
      const float row[kCount] = {h[0], h[1], h2, h[3], h[4], h2 - h[1], h[4] - h[3]};
      for (int t = 0; t < kCount; ++t) v[i][t] = hn::Set(d, row[t]);
    }
  }

  static constexpr int kCount = 7;
  static constexpr int k2Minus1 = 5, k4Minus3 = 6;
  V v[5][kCount];
};

// Rows in one unrolled block, and pairs of vectors side by side, measured: three sums per row and
// pair must be enough to cover the latency of multiply-adds and few enough to leave registers for
// inputs and taps.
constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr int kBlockRows = kManyRegisters ? 2 : 1;
constexpr int kBlockPairs = kManyRegisters ? 2 : 3;

// R rows of a call, from `row` on. The pointers are copied, for the compiler cannot know that no
// row overwrites them.
template <int R>
struct BlockRows {
  HWY_INLINE BlockRows(const Call& call, int row) {
    Unroll<0, R + 4>([&](auto i) AUIF_INLINE_LAMBDA { in[i] = call.in[row + i]; });
    Unroll<0, R>([&](auto i) AUIF_INLINE_LAMBDA {
      source[i] = call.source[row + i];
      out[i] = call.out[row + i];
    });
  }

  const float* in[R + 4];
  const float* source[R];
  float* out[R];
};

// The first pair's B of R rows.
template <int R>
HWY_INLINE void StartPairs(const Taps& taps, const BlockRows<R>& rows, V (&before)[R]) {
  const D d;
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  for (int r = 0; r < R; ++r) {
    Unroll<0, 5>([&](auto i) AUIF_INLINE_LAMBDA {
      const V left = hn::Load(d, rows.in[r + i] - lanes);
      const V right = hn::Load(d, rows.in[r + i] + lanes);
      before[r] = i == 0 ? hn::Mul(taps.v[i][1], left) : hn::MulAdd(taps.v[i][1], left, before[r]);
      before[r] = hn::MulAdd(taps.v[i][3], right, before[r]);
    });
  }
}

// R rows of P pairs of vectors, at and beside the vector `at`. before: the first pair's B, then the
// next one's.
template <class Kind, int R, int P>
HWY_INLINE void Block(const Taps& taps, const Finish<Kind, D>& finish, const BlockRows<R>& rows,
                      ptrdiff_t at, V (&before)[R]) {
  const D d;
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  V a[R][P], b[R][P], c[R][P];
  Unroll<0, R + 4>([&](auto i) AUIF_INLINE_LAMBDA {
    V e[P + 2], o[P + 2], x[P + 2];
    Unroll<0, P + 2>([&](auto m) AUIF_INLINE_LAMBDA {
      e[m] = hn::Load(d, rows.in[i] + at + (2 * m - 2) * lanes);
      o[m] = hn::Load(d, rows.in[i] + at + (2 * m - 1) * lanes);
    });
    Unroll<0, P + 2>([&](auto m) AUIF_INLINE_LAMBDA { x[m] = hn::Sub(o[m], e[m]); });
    // For all sums that this row goes into; by turns, since each waits for itself.
    const auto add = [&](auto tap, V(&sums)[R][P], const V* values) AUIF_INLINE_LAMBDA {
      Unroll<(i < 4 ? 0 : i - 4), (i < R ? i + 1 : R)>([&](auto r) AUIF_INLINE_LAMBDA {
        Unroll<0, P>([&](auto m) AUIF_INLINE_LAMBDA {
          const V h = taps.v[i - r][tap];
          if constexpr (i == r && tap < 2) {
            sums[r][m] = hn::Mul(h, values[m]);
          } else if constexpr (i != r + 2 || tap != 2) {
            sums[r][m] = hn::MulAdd(h, values[m], sums[r][m]);
          }
        });
      });
    };
    add(std::integral_constant<int, 0>{}, a, e);
    add(std::integral_constant<int, 1>{}, b, o + 1);
    add(std::integral_constant<int, 0>{}, c, x);
    add(std::integral_constant<int, 2>{}, a, e + 1);
    add(std::integral_constant<int, 3>{}, b, o + 2);
    add(std::integral_constant<int, Taps::k2Minus1>{}, c, x + 1);
    add(std::integral_constant<int, 4>{}, a, e + 2);
    add(std::integral_constant<int, Taps::k4Minus3>{}, c, x + 2);
    if constexpr (i >= 4) {
      constexpr int r = i - 4;
      Unroll<0, P>([&](auto m) AUIF_INLINE_LAMBDA {
        const ptrdiff_t even = at + 2 * m * lanes, odd = even + lanes;
        const V first = hn::Add(a[r][m], before[r]);
        const V second = hn::Add(a[r][m], hn::Add(b[r][m], c[r][m]));
        before[r] = b[r][m];
        finish(first, rows.in[r + 2] + even, rows.source[r] + even, rows.out[r] + even);
        finish(second, rows.in[r + 2] + odd, rows.source[r] + odd, rows.out[r] + odd);
      });
    }
  });
}

// n whole rows.
template <class Kind>
HWY_NOINLINE void Inner(const LayerStep& step, Edge edge, const RowLayout& layout, int n,
                        const Call& call) {
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(D()));
  const auto& h = step.taps[static_cast<int>(edge)][static_cast<int>(Edge::kInner)];
  const Taps taps(h);
  const Finish<Kind, D> finish(step, h[kCentre]);
  const auto block = [&](auto count, int row) AUIF_INLINE_LAMBDA {
    const BlockRows<count> rows(call, row);
    V before[count];
    StartPairs(taps, rows, before);
    int k = 0;
    for (; k + 2 * kBlockPairs <= layout.stride(); k += 2 * kBlockPairs) {
      Block<Kind, count, kBlockPairs>(taps, finish, rows, k * lanes, before);
    }
    for (; k < layout.stride(); k += 2) {
      Block<Kind, count, 1>(taps, finish, rows, k * lanes, before);
    }
  };
  int row = 0;
  for (; row + kBlockRows <= n; row += kBlockRows) {
    block(std::integral_constant<int, kBlockRows>{}, row);
  }
  for (; row < n; ++row) block(std::integral_constant<int, 1>{}, row);
}

// n rows of one column, with the taps of its own.
template <class Kind>
HWY_NOINLINE void Column(const LayerStep& step, const std::array<float, 25>& taps,
                         const RowLayout& layout, int x, int n, const Call& call) {
  const One d;
  const Finish<Kind, One> finish(step, taps[kCentre]);
  const ptrdiff_t at = layout.Offset(x), lanes = layout.lanes();
  for (int row = 0; row < n; ++row) {
    hn::Vec<One> sums[5];  // of the kernel's rows, none of which waits for another
    Unroll<0, 5>([&](auto i) AUIF_INLINE_LAMBDA {
      const float* in = call.in[row + i] + at - 2 * lanes;
      sums[i] = hn::Mul(hn::Set(d, taps[5 * i]), hn::Load(d, in));
      Unroll<1, 5>([&](auto t) AUIF_INLINE_LAMBDA {
        if constexpr (5 * i + t != kCentre) {
          sums[i] = hn::MulAdd(hn::Set(d, taps[5 * i + t]), hn::Load(d, in + t * lanes), sums[i]);
        }
      });
    });
    const auto outer = hn::Add(hn::Add(sums[0], sums[4]), hn::Add(sums[1], sums[3]));
    finish(hn::Add(outer, sums[2]), call.in[row + 2] + at, call.source[row] + at,
           call.out[row] + at);
  }
}

template <class Kind>
void Rows(const LayerStep& step, const RowPlace& place, int n, const Call& call) {
  const RowLayout& layout = *place.layout;
  Inner<Kind>(step, place.edge, layout, n, call);
  if (step.has_edges) {
    const auto& taps = step.taps[static_cast<int>(place.edge)];
    if (place.left) Column<Kind>(step, taps[static_cast<int>(Edge::kFirst)], layout, 0, n, call);
    if (place.right) {
      Column<Kind>(step, taps[static_cast<int>(Edge::kLast)], layout, layout.width() - 1, n, call);
    }
  }
  for (int i = 0; i < n; ++i) SetMargins<2>(layout, call.out[i]);
}

void RunLayerStep(const LayerStep& step, const RowPlace& place, int n, const float* const* in,
                  const float* const* source, float* const* out) {
  const Call call{in, source, out};
  const bool positive = step.sign > 0;
  if (step.form == StepForm::kGradient) {
    if (positive) {
      Rows<Kind<StepForm::kGradient, 1>>(step, place, n, call);
    } else {
      Rows<Kind<StepForm::kGradient, -1>>(step, place, n, call);
    }
  } else {
    if (positive) {
      Rows<Kind<StepForm::kOutput, 1>>(step, place, n, call);
    } else {
      Rows<Kind<StepForm::kOutput, -1>>(step, place, n, call);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(RunLayerStep);

void RunLayerStep(const LayerStep& step, const RowPlace& place, int n, const float* const* in,
                  const float* const* source, float* const* out) {
  assert(place.edge == Edge::kInner || n == 1);
  HWY_DYNAMIC_DISPATCH(RunLayerStep)(step, place, n, in, source, out);
}

}  // namespace auif
#endif  // HWY_ONCE
