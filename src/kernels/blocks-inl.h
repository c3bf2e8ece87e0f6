// The loop of the metrics' kernels; include after foreach_target.h.
#if defined(AUIF_KERNELS_BLOCKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef AUIF_KERNELS_BLOCKS_INL_H_
#undef AUIF_KERNELS_BLOCKS_INL_H_
#else
#define AUIF_KERNELS_BLOCKS_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace auif::metrics {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls at(d, i) for blocks of i that cover 0..count-1: whole vectors of double, then single
// values.
template <class At>
HWY_INLINE void ForEachBlock(int count, At at) {
  const hn::ScalableTag<double> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= count; i += lanes) at(d, i);
  const hn::CappedTag<double, 1> one;
  for (; i < count; ++i) at(one, i);
}

}  // namespace HWY_NAMESPACE
}  // namespace auif::metrics
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
