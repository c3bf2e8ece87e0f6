// Compile-time loops for kernels; include between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE.
#if defined(AUIF_KERNELS_UNROLL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef AUIF_KERNELS_UNROLL_INL_H_
#undef AUIF_KERNELS_UNROLL_INL_H_
#else
#define AUIF_KERNELS_UNROLL_INL_H_
#endif

#include <type_traits>

#include "hwy/highway.h"

// Placed behind a lambda's parameters: compiled for the current target and always inlined.
#define AUIF_INLINE_LAMBDA HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {

// f(integral_constant<int, kBegin>) ... f(integral_constant<int, kEnd - 1>), fully unrolled, so
// that arrays of vectors indexed by the constants live in registers.
template <int kBegin, int kEnd, class F>
HWY_INLINE void Unroll(const F& f) {
  if constexpr (kBegin < kEnd) {
    f(std::integral_constant<int, kBegin>{});
    Unroll<kBegin + 1, kEnd>(f);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
