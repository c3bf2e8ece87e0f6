#include "kernels/sparse_steps.h"

#include "kernels/map_fft.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse_steps.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kFftLanes>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

// An element at k, C = Z_1 + i Z_2 with real maps behind Z_1 and Z_2, and at -k, where it is
// conj(Z_1) + i conj(Z_2).
struct Pair {
  V r1, i1, r2, i2;
};

HWY_INLINE Pair Apart(const float* at, const float* mirrored) {
  const D d;
  const V half = hn::Set(d, 0.5f);
  const V ar = hn::Mul(half, hn::Load(d, at)), ai = hn::Mul(half, hn::Load(d, at + kFftLanes));
  const V br = hn::Load(d, mirrored), bi = hn::Load(d, mirrored + kFftLanes);
  return {hn::MulAdd(half, br, ar), hn::NegMulAdd(half, bi, ai), hn::MulAdd(half, bi, ai),
          hn::MulSub(half, br, ar)};
}

// The problem's matrix is rho and a term of rank 1 (Sherman and Morrison):
//   X = Z + conj(D) (S - sum_m D_m Z_m) / (rho + sum_m |D_m|^2)
void RunSolveColumns(const SpectrumColumns& c, float rho, float scale) {
  const D d;
  const auto groups = static_cast<int>(c.column.size());
  const bool own = c.column[0] == c.mirrored[0];
  const int count = own ? c.height / 2 + 1 : c.height;
  const V scales = hn::Set(d, scale);
  for (int k = 0; k < count; ++k) {
    const std::ptrdiff_t at = std::ptrdiff_t{kFftElement} * k;
    const std::ptrdiff_t mirrored = std::ptrdiff_t{kFftElement} * (k == 0 ? 0 : c.height - k);
    const float* filters = c.filters + 2 * groups * at;
    V real = hn::Zero(d), imaginary = real;
    for (int g = 0; g < groups; ++g) {
      for (int l = 0; l < kFftLanes; l += kLanes) {
        const Pair z = Apart(c.column[g] + at + l, c.mirrored[g] + mirrored + l);
        const float* f = filters + 2 * kFftElement * g + l;
        const V r1 = hn::Load(d, f), r2 = hn::Load(d, f + kFftLanes);
        const V i1 = hn::Load(d, f + kFftElement), i2 = hn::Load(d, f + kFftElement + kFftLanes);
        real = hn::MulAdd(r1, z.r1, hn::NegMulAdd(i1, z.i1, real));
        real = hn::MulAdd(r2, z.r2, hn::NegMulAdd(i2, z.i2, real));
        imaginary = hn::MulAdd(r1, z.i1, hn::MulAdd(i1, z.r1, imaginary));
        imaginary = hn::MulAdd(r2, z.i2, hn::MulAdd(i2, z.r2, imaginary));
      }
    }
    const float factor = 1 / (rho + c.power[k]);
    const V er = hn::Set(d, factor * (c.signal[2 * k] - hn::GetLane(hn::SumOfLanes(d, real))));
    const V ei =
        hn::Set(d, factor * (c.signal[2 * k + 1] - hn::GetLane(hn::SumOfLanes(d, imaginary))));
    for (int g = 0; g < groups; ++g) {
      for (int l = 0; l < kFftLanes; l += kLanes) {
        float *a = c.column[g] + at + l, *b = c.mirrored[g] + mirrored + l;
        const Pair z = Apart(a, b);
        const float* f = filters + 2 * kFftElement * g + l;
        const V r1 = hn::Load(d, f), r2 = hn::Load(d, f + kFftLanes);
        const V i1 = hn::Load(d, f + kFftElement), i2 = hn::Load(d, f + kFftElement + kFftLanes);
        const V xr1 = hn::MulAdd(r1, er, hn::MulAdd(i1, ei, z.r1));
        const V xi1 = hn::MulAdd(r1, ei, hn::NegMulAdd(i1, er, z.i1));
        const V xr2 = hn::MulAdd(r2, er, hn::MulAdd(i2, ei, z.r2));
        const V xi2 = hn::MulAdd(r2, ei, hn::NegMulAdd(i2, er, z.i2));
        hn::Store(hn::Mul(scales, hn::Sub(xr1, xi2)), d, a);
        hn::Store(hn::Mul(scales, hn::Add(xi1, xr2)), d, a + kFftLanes);
        hn::Store(hn::Mul(scales, hn::Add(xr1, xi2)), d, b);
        hn::Store(hn::Mul(scales, hn::Sub(xr2, xi1)), d, b + kFftLanes);
      }
    }
  }
}

void RunShrinkMaps(const Shrinking& s, int count, float* HWY_RESTRICT x, float* HWY_RESTRICT v,
                   SparseSums* sums) {
  const D d;
  const V before = hn::Set(d, s.old_threshold), minus_before = hn::Neg(before);
  const V now = hn::Set(d, s.threshold), minus_now = hn::Neg(now);
  const V dual_scale = hn::Set(d, s.dual_scale);
  const V alpha = hn::Set(d, s.relaxation), rest = hn::Set(d, 1 - s.relaxation);
  V xx = hn::Zero(d), yy = xx, uu = xx, primal = xx, dual = xx;
  for (int n = 0; n < count; n += kLanes) {
    const V old = hn::Load(d, v + n), value = hn::Load(d, x + n);
    const V old_u = hn::Min(hn::Max(old, minus_before), before);
    const V old_y = hn::Sub(old, old_u);
    const V sum = hn::MulAdd(alpha, value, hn::MulAdd(rest, old_y, hn::Mul(dual_scale, old_u)));
    const V u = hn::Min(hn::Max(sum, minus_now), now);
    const V y = hn::Sub(sum, u);
    hn::Store(sum, d, v + n);
    hn::Store(hn::Sub(y, u), d, x + n);
    const V p = hn::Sub(value, y), q = hn::Sub(y, old_y);
    xx = hn::MulAdd(value, value, xx);
    yy = hn::MulAdd(y, y, yy);
    uu = hn::MulAdd(u, u, uu);
    primal = hn::MulAdd(p, p, primal);
    dual = hn::MulAdd(q, q, dual);
  }
  const auto total = [&](V sum) HWY_ATTR {
    return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum)));
  };
  sums->x += total(xx);
  sums->y += total(yy);
  sums->u += total(uu);
  sums->primal += total(primal);
  sums->dual += total(dual);
}

void RunSplitMaps(float threshold, float dual_scale, int count, const float* HWY_RESTRICT v,
                  float* HWY_RESTRICT out) {
  const D d;
  const V most = hn::Set(d, threshold), least = hn::Neg(most);
  const V factor = hn::Set(d, 1 + dual_scale);
  for (int n = 0; n < count; n += kLanes) {
    const V sum = hn::Load(d, v + n), u = hn::Min(hn::Max(sum, least), most);
    hn::Store(hn::NegMulAdd(factor, u, sum), d, out + n);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {
HWY_EXPORT(RunSolveColumns);
HWY_EXPORT(RunShrinkMaps);
HWY_EXPORT(RunSplitMaps);
}  // namespace

void SolveColumns(const SpectrumColumns& columns, float rho, float scale) {
  HWY_DYNAMIC_DISPATCH(RunSolveColumns)(columns, rho, scale);
}
void ShrinkMaps(const Shrinking& step, int count, float* x, float* v, SparseSums* sums) {
  HWY_DYNAMIC_DISPATCH(RunShrinkMaps)(step, count, x, v, sums);
}
void SplitMaps(float threshold, float dual_scale, int count, const float* v, float* out) {
  HWY_DYNAMIC_DISPATCH(RunSplitMaps)(threshold, dual_scale, count, v, out);
}

}  // namespace auif
#endif  // HWY_ONCE
