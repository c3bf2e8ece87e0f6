// Margins of striped rows; include between foreach_target.h and the kernels.
#if defined(AUIF_KERNELS_STRIPED_ROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef AUIF_KERNELS_STRIPED_ROW_INL_H_
#undef AUIF_KERNELS_STRIPED_ROW_INL_H_
#else
#define AUIF_KERNELS_STRIPED_ROW_INL_H_
#endif

#include "hwy/highway.h"
#include "kernels/striped_row.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {

// Sets kCount margin vectors on each side of a row. T: float or int32_t.
template <int kCount, typename T>
HWY_INLINE void SetMargins(const RowLayout& layout, T* row) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::CappedTag<T, RowLayout::kMaxLanes> d;
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  const ptrdiff_t stride = layout.stride();
  if (stride <= kCount) {
    SetMarginsByColumn(layout, kCount, row);
    return;
  }
  const auto reflect_right = [&]() AUIF_INLINE_LAMBDA {
    for (int i = 0; i < kCount; ++i) row[layout.Behind(i)] = row[layout.Reflected(i)];
  };
  // A lane goes on with the next one's columns. The reflected columns may lie among these, and
  // among the margins themselves.
  reflect_right();
  for (ptrdiff_t m = 0; m < kCount; ++m) {
    T* right = row + (stride + m) * lanes;
    hn::Store(hn::LoadU(d, right - stride * lanes + 1), d, right);
    T* left = row - (m + 1) * lanes;
    hn::Store(hn::LoadU(d, left + stride * lanes - 1), d, left);
    left[0] = row[(m + 1) * lanes];
  }
  reflect_right();
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
