#include "kernels/descent_step.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/descent_step.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, PaddedPlane::kMargin>;
using V = hn::Vec<D>;

// Sums are in float for this many rows, then in double.
constexpr int kBand = 8;

struct Numbers {
  explicit Numbers(const StepNumbers& n)
      : mean(hn::Set(D(), n.mean)),
        scale(hn::Set(D(), n.scale)),
        bias(hn::Set(D(), n.bias)),
        slope(hn::Set(D(), n.slope)),
        eta(hn::Set(D(), n.eta)),
        keep(hn::Set(D(), n.keep)),
        source(hn::Set(D(), n.source)) {}
  V mean, scale, bias, slope, eta, keep, source;
};

// f(y, x) for the first value of every vector of a map.
template <class F>
HWY_INLINE void ForVectors(const PaddedPlane& map, const F& f) {
  const size_t lanes = hn::Lanes(D());
  for (int y = 0; y < map.height(); ++y) {
    for (size_t x = 0; x < static_cast<size_t>(map.width()); x += lanes) f(y, x);
  }
}

// Adds up N values for every vector: f(y, x, inside, sums) adds to sums[0 .. N - 1] what it finds,
// where `inside` sets to zero what lies behind the end of the row.
template <int N, class F>
HWY_INLINE void SumVectors(const PaddedPlane& map, double* totals, const F& f) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const size_t width = static_cast<size_t>(map.width());
  const size_t whole = width / lanes * lanes;
  std::fill(totals, totals + N, 0.0);
  for (int band = 0; band < map.height(); band += kBand) {
    V sums[N];
    Unroll<0, N>([&](auto i) AUIF_INLINE_LAMBDA { sums[i] = hn::Zero(d); });
    const int end = std::min(band + kBand, map.height());
    for (int y = band; y < end; ++y) {
      const auto all = [](V v) AUIF_INLINE_LAMBDA { return v; };
      for (size_t x = 0; x < whole; x += lanes) f(y, x, all, sums);
      if (whole < width) {
        const auto mask = hn::FirstN(d, width - whole);
        const auto some = [&](V v) AUIF_INLINE_LAMBDA { return hn::IfThenElseZero(mask, v); };
        f(y, whole, some, sums);
      }
    }
    Unroll<0, N>([&](auto i) AUIF_INLINE_LAMBDA {
      totals[i] += double{hn::GetLane(hn::SumOfLanes(d, sums[i]))};
    });
  }
}

HWY_INLINE V At(const PaddedPlane& map, int y, size_t x) { return hn::Load(D(), map.Row(y) + x); }

HWY_INLINE void Put(V v, PaddedPlane& map, int y, size_t x) { hn::Store(v, D(), map.Row(y) + x); }

void Sum(const PaddedPlane& z, float shift, double* totals) {
  const V s = hn::Set(D(), shift);
  SumVectors<2>(z, totals, [&](int y, size_t x, const auto& inside, V* sums) AUIF_INLINE_LAMBDA {
    const V v = inside(hn::Sub(At(z, y, x), s));
    sums[0] = hn::Add(sums[0], v);
    sums[1] = hn::MulAdd(v, v, sums[1]);
  });
}

template <StepForm kForm>
HWY_INLINE void StepMap(const StepNumbers& numbers, const PaddedPlane& in,
                        const PaddedPlane& source, const PaddedPlane& z, PaddedPlane& out) {
  const Numbers n(numbers);
  const V zero = hn::Zero(D());
  ForVectors(z, [&](int y, size_t x) AUIF_INLINE_LAMBDA {
    const V u = hn::MulAdd(hn::Sub(At(z, y, x), n.mean), n.scale, n.bias);
    V p = hn::MulAdd(n.slope, hn::Min(u, zero), hn::Max(u, zero));
    if constexpr (kForm == StepForm::kGradient) {
      const V rest = hn::MulAdd(n.keep, At(in, y, x), hn::Mul(n.source, At(source, y, x)));
      p = hn::NegMulAdd(n.eta, p, rest);
    }
    Put(p, out, y, x);
  });
}

void RunStep(StepForm form, const StepNumbers& numbers, const PaddedPlane& x,
             const PaddedPlane& source, const PaddedPlane& z, PaddedPlane& out) {
  if (form == StepForm::kGradient) {
    StepMap<StepForm::kGradient>(numbers, x, source, z, out);
  } else {
    StepMap<StepForm::kOutput>(numbers, x, source, z, out);
  }
}

template <StepForm kForm>
HWY_INLINE void SumStep(const StepNumbers& numbers, const PaddedPlane& g, const PaddedPlane& in,
                        const PaddedPlane& source, const PaddedPlane& z, double* totals) {
  constexpr int kSums = kForm == StepForm::kGradient ? 5 : 3;
  const Numbers n(numbers);
  const V zero = hn::Zero(D());
  SumVectors<kSums>(
      z, totals, [&](int y, size_t x, const auto& inside, V* sums) AUIF_INLINE_LAMBDA {
        const V gradient = inside(At(g, y, x));
        const V centred = hn::Sub(At(z, y, x), n.mean);
        const V u = hn::MulAdd(centred, n.scale, n.bias);
        const V direct = hn::IfThenElse(hn::Gt(u, zero), gradient, hn::Mul(n.slope, gradient));
        sums[0] = hn::MulAdd(gradient, hn::Min(u, zero), sums[0]);
        sums[1] = hn::Add(direct, sums[1]);
        sums[2] = hn::MulAdd(direct, centred, sums[2]);
        if constexpr (kForm == StepForm::kGradient) {
          sums[3] = hn::MulAdd(gradient, hn::Max(u, zero), sums[3]);
          sums[4] = hn::MulAdd(gradient, hn::Sub(At(source, y, x), At(in, y, x)), sums[4]);
        }
      });
}

void RunStepSums(StepForm form, const StepNumbers& numbers, const PaddedPlane& g,
                 const PaddedPlane& x, const PaddedPlane& source, const PaddedPlane& z,
                 double* totals) {
  if (form == StepForm::kGradient) {
    SumStep<StepForm::kGradient>(numbers, g, x, source, z, totals);
  } else {
    SumStep<StepForm::kOutput>(numbers, g, x, source, z, totals);
  }
}

struct NormVectors {
  explicit NormVectors(const NormBackward& n)
      : direct(hn::Set(D(), n.direct)),
        constant(hn::Set(D(), n.constant)),
        deviation(hn::Set(D(), n.deviation)) {}
  HWY_INLINE V Apply(V g, V centred) const {
    return hn::NegMulAdd(deviation, centred, hn::MulSub(direct, g, constant));
  }
  V direct, constant, deviation;
};

template <StepForm kForm>
HWY_INLINE double StepBack(const StepNumbers& numbers, const NormBackward& norm,
                           const PaddedPlane& g, const PaddedPlane& in, const PaddedPlane& source,
                           const PaddedPlane& z, PaddedPlane& dz) {
  const Numbers n(numbers);
  const NormVectors back(norm);
  const V zero = hn::Zero(D());
  double total = 0;
  SumVectors<1>(z, &total, [&](int y, size_t x, const auto& inside, V* sums) AUIF_INLINE_LAMBDA {
    const V gradient = At(g, y, x);
    const V centred = hn::Sub(At(z, y, x), n.mean);
    const V u = hn::MulAdd(centred, n.scale, n.bias);
    const V direct = hn::IfThenElse(hn::Gt(u, zero), gradient, hn::Mul(n.slope, gradient));
    const V result = inside(back.Apply(direct, centred));
    Put(result, dz, y, x);
    if constexpr (kForm == StepForm::kOutput) {
      sums[0] = hn::MulAdd(result, hn::Sub(At(source, y, x), At(in, y, x)), sums[0]);
    }
  });
  return total;
}

double RunStepBackward(StepForm form, const StepNumbers& numbers, const NormBackward& norm,
                       const PaddedPlane& g, const PaddedPlane& x, const PaddedPlane& source,
                       const PaddedPlane& z, PaddedPlane& dz) {
  return form == StepForm::kGradient
             ? StepBack<StepForm::kGradient>(numbers, norm, g, x, source, z, dz)
             : StepBack<StepForm::kOutput>(numbers, norm, g, x, source, z, dz);
}

void RunSigmoid(const StepNumbers& numbers, const PaddedPlane& z, PaddedPlane& out) {
  const D d;
  const Numbers n(numbers);
  const V one = hn::Set(d, 1.0f);
  ForVectors(z, [&](int y, size_t x) AUIF_INLINE_LAMBDA {
    const V u = hn::MulAdd(hn::Sub(At(z, y, x), n.mean), n.scale, n.bias);
    Put(hn::Div(one, hn::Add(one, hn::Exp(d, hn::Neg(u)))), out, y, x);
  });
}

void RunSigmoidSums(const StepNumbers& numbers, const PaddedPlane& out, const PaddedPlane& z,
                    PaddedPlane& dy, double* totals) {
  const V mean = hn::Set(D(), numbers.mean), one = hn::Set(D(), 1.0f);
  SumVectors<2>(z, totals, [&](int y, size_t x, const auto& inside, V* sums) AUIF_INLINE_LAMBDA {
    const V p = At(out, y, x);
    const V du = inside(hn::Mul(At(dy, y, x), hn::Mul(p, hn::Sub(one, p))));
    Put(du, dy, y, x);
    sums[0] = hn::Add(sums[0], du);
    sums[1] = hn::MulAdd(du, hn::Sub(At(z, y, x), mean), sums[1]);
  });
}

void RunSigmoidBackward(const StepNumbers& numbers, const NormBackward& norm, const PaddedPlane& du,
                        const PaddedPlane& z, PaddedPlane& dz) {
  const V mean = hn::Set(D(), numbers.mean);
  const NormVectors back(norm);
  double none = 0;
  SumVectors<1>(z, &none, [&](int y, size_t x, const auto& inside, V*) AUIF_INLINE_LAMBDA {
    Put(inside(back.Apply(At(du, y, x), hn::Sub(At(z, y, x), mean))), dz, y, x);
  });
}

void RunAdd(const PaddedPlane& a, const PaddedPlane& b, PaddedPlane& out) {
  ForVectors(out, [&](int y, size_t x)
                      AUIF_INLINE_LAMBDA { Put(hn::Add(At(a, y, x), At(b, y, x)), out, y, x); });
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(Sum);
HWY_EXPORT(RunStep);
HWY_EXPORT(RunStepSums);
HWY_EXPORT(RunStepBackward);
HWY_EXPORT(RunSigmoid);
HWY_EXPORT(RunSigmoidSums);
HWY_EXPORT(RunSigmoidBackward);
HWY_EXPORT(RunAdd);

Moments MapMoments(const PaddedPlane& z) {
  const double pixels = double(z.width()) * z.height();
  double totals[2];
  HWY_DYNAMIC_DISPATCH(Sum)(z, 0.0f, totals);
  // The rounded mean is near enough for the squares to be small; the sums then correct it.
  const float shift = static_cast<float>(totals[0] / pixels);
  HWY_DYNAMIC_DISPATCH(Sum)(z, shift, totals);
  const double rest = totals[0] / pixels;
  return {shift + rest, totals[1] - pixels * rest * rest};
}

void StepForward(StepForm form, const StepNumbers& numbers, const PaddedPlane& x,
                 const PaddedPlane& source, const PaddedPlane& z, PaddedPlane* out) {
  HWY_DYNAMIC_DISPATCH(RunStep)(form, numbers, x, source, z, *out);
}

StepSums StepBackwardSums(StepForm form, const StepNumbers& numbers, const PaddedPlane& g,
                          const PaddedPlane& x, const PaddedPlane& source, const PaddedPlane& z) {
  double totals[5] = {};
  HWY_DYNAMIC_DISPATCH(RunStepSums)(form, numbers, g, x, source, z, totals);
  return {totals[0], totals[1], totals[2], totals[3], totals[4]};
}

double StepBackward(StepForm form, const StepNumbers& numbers, const NormBackward& norm,
                    const PaddedPlane& g, const PaddedPlane& x, const PaddedPlane& source,
                    const PaddedPlane& z, PaddedPlane* dz) {
  return HWY_DYNAMIC_DISPATCH(RunStepBackward)(form, numbers, norm, g, x, source, z, *dz);
}

void SigmoidForward(const StepNumbers& numbers, const PaddedPlane& z, PaddedPlane* y) {
  HWY_DYNAMIC_DISPATCH(RunSigmoid)(numbers, z, *y);
  y->ReflectBorder();
}

StepSums SigmoidBackwardSums(const StepNumbers& numbers, const PaddedPlane& y, const PaddedPlane& z,
                             PaddedPlane* dy) {
  double totals[2];
  HWY_DYNAMIC_DISPATCH(RunSigmoidSums)(numbers, y, z, *dy, totals);
  return {.direct = totals[0], .deviation = totals[1]};
}

void SigmoidBackward(const StepNumbers& numbers, const NormBackward& norm, const PaddedPlane& du,
                     const PaddedPlane& z, PaddedPlane* dz) {
  HWY_DYNAMIC_DISPATCH(RunSigmoidBackward)(numbers, norm, du, z, *dz);
}

void AddMaps(const PaddedPlane& a, const PaddedPlane& b, PaddedPlane* out) {
  HWY_DYNAMIC_DISPATCH(RunAdd)(a, b, *out);
  out->ReflectBorder();
}

}  // namespace auif
#endif  // HWY_ONCE
