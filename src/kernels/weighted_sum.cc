#include "kernels/weighted_sum.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/weighted_sum.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace auif::metrics {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Equal weights at both ends are the rule (windows are symmetric): adding first saves half of the
// multiplications.
template <bool kSymmetric, class D>
HWY_INLINE hn::Vec<D> SumAt(D d, const double* const* inputs, const double* weights, int taps,
                            int x) {
  if constexpr (kSymmetric) {
    const int middle = taps / 2;
    auto sum = taps % 2 == 0
                   ? hn::Zero(d)
                   : hn::Mul(hn::Set(d, weights[middle]), hn::LoadU(d, inputs[middle] + x));
    for (int k = 0; k < middle; ++k) {
      const auto pair =
          hn::Add(hn::LoadU(d, inputs[k] + x), hn::LoadU(d, inputs[taps - 1 - k] + x));
      sum = hn::Add(sum, hn::Mul(hn::Set(d, weights[k]), pair));
    }
    return sum;
  } else {
    auto sum = hn::Zero(d);
    for (int k = 0; k < taps; ++k) {
      sum = hn::Add(sum, hn::Mul(hn::Set(d, weights[k]), hn::LoadU(d, inputs[k] + x)));
    }
    return sum;
  }
}

template <bool kSymmetric>
void Sum(const double* const* inputs, const double* weights, int taps, double* out, int count) {
  const hn::ScalableTag<double> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int x = 0;
  // Two vectors at once hide the latency of the additions.
  for (; x + 2 * lanes <= count; x += 2 * lanes) {
    const auto first = SumAt<kSymmetric>(d, inputs, weights, taps, x);
    const auto second = SumAt<kSymmetric>(d, inputs, weights, taps, x + lanes);
    hn::StoreU(first, d, out + x);
    hn::StoreU(second, d, out + x + lanes);
  }
  for (; x + lanes <= count; x += lanes) {
    hn::StoreU(SumAt<kSymmetric>(d, inputs, weights, taps, x), d, out + x);
  }
  const hn::CappedTag<double, 1> one;
  for (; x < count; ++x) {
    hn::StoreU(SumAt<kSymmetric>(one, inputs, weights, taps, x), one, out + x);
  }
}

void SumSymmetric(const double* const* inputs, const double* weights, int taps, double* out,
                  int count) {
  Sum<true>(inputs, weights, taps, out, count);
}
void SumGeneral(const double* const* inputs, const double* weights, int taps, double* out,
                int count) {
  Sum<false>(inputs, weights, taps, out, count);
}

}  // namespace HWY_NAMESPACE
}  // namespace auif::metrics
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif::metrics {
namespace {
HWY_EXPORT(SumSymmetric);
HWY_EXPORT(SumGeneral);
}  // namespace

void WeightedSum(std::span<const double* const> inputs, std::span<const double> weights,
                 double* out, int count) {
  assert(inputs.size() == weights.size());
  const int taps = static_cast<int>(weights.size());
  const bool symmetric = std::equal(weights.begin(), weights.begin() + taps / 2, weights.rbegin());
  if (symmetric) {
    HWY_DYNAMIC_DISPATCH(SumSymmetric)(inputs.data(), weights.data(), taps, out, count);
  } else {
    HWY_DYNAMIC_DISPATCH(SumGeneral)(inputs.data(), weights.data(), taps, out, count);
  }
}

}  // namespace auif::metrics
#endif  // HWY_ONCE
