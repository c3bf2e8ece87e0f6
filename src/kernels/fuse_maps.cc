#include "kernels/fuse_maps.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fuse_maps.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/striped_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;
using V = hn::Vec<D>;

void ConstantRow(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                 const RowLayout& layout, float* HWY_RESTRICT out) {
  const D d;
  const size_t size = layout.size();
  const V base_ir = hn::Set(d, weights[0]), base_vis = hn::Set(d, weights[1]);
  const V detail_ir = hn::Set(d, weights[2]), detail_vis = hn::Set(d, weights[3]);
  for (size_t x = 0; x < size; x += hn::Lanes(d)) {
    V sum = hn::Mul(base_ir, hn::Load(d, maps[0][1] + x));
    sum = hn::MulAdd(base_vis, hn::Load(d, maps[1][1] + x), sum);
    sum = hn::MulAdd(detail_ir, hn::Load(d, maps[2][1] + x), sum);
    sum = hn::MulAdd(detail_vis, hn::Load(d, maps[3][1] + x), sum);
    hn::Store(sum, d, out + x);
  }
  SetMargins<1>(layout, out);
}

// The 3x3 sum of |map| around the columns at x.
HWY_INLINE V Magnitude(const MapRows& map, size_t x) {
  const D d;
  V sum = hn::Zero(d);
  for (const float* row : map) {
    for (int i = -1; i <= 1; ++i) {
      const ptrdiff_t beside = static_cast<ptrdiff_t>(x) + i * static_cast<ptrdiff_t>(hn::Lanes(d));
      sum = hn::Add(sum, hn::Abs(hn::Load(d, row + beside)));
    }
  }
  return sum;
}

// share_ir * weight_ir * ir + (1 - share_ir) * weight_vis * vis at x.
HWY_INLINE V Attend(const MapRows& ir, const MapRows& vis, float weight_ir, float weight_vis,
                    size_t x) {
  const D d;
  const V magnitude_ir = Magnitude(ir, x);
  const V total = hn::Add(magnitude_ir, Magnitude(vis, x));
  // Where both maps are zero the weights do not matter; 1/2 avoids 0/0.
  const V share =
      hn::IfThenElse(hn::Gt(total, hn::Zero(d)), hn::Div(magnitude_ir, total), hn::Set(d, 0.5f));
  const V a = hn::Mul(hn::Mul(share, hn::Set(d, weight_ir)), hn::Load(d, ir[1] + x));
  const V rest = hn::Mul(hn::Sub(hn::Set(d, 1.0f), share), hn::Set(d, weight_vis));
  return hn::MulAdd(rest, hn::Load(d, vis[1] + x), a);
}

void AttentionRow(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                  const RowLayout& layout, float* HWY_RESTRICT out) {
  const D d;
  const size_t size = layout.size();
  for (size_t x = 0; x < size; x += hn::Lanes(d)) {
    const V base = Attend(maps[0], maps[1], weights[0], weights[1], x);
    const V detail = Attend(maps[2], maps[3], weights[2], weights[3], x);
    hn::Store(hn::Add(base, detail), d, out + x);
  }
  SetMargins<1>(layout, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(ConstantRow);
HWY_EXPORT(AttentionRow);

void AddMapRows(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                const RowLayout& layout, float* out) {
  HWY_DYNAMIC_DISPATCH(ConstantRow)(weights, maps, layout, out);
}

void AttendMapRows(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                   const RowLayout& layout, float* out) {
  HWY_DYNAMIC_DISPATCH(AttentionRow)(weights, maps, layout, out);
}

}  // namespace auif
#endif  // HWY_ONCE
