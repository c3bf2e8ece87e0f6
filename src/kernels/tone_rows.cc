#include "kernels/tone_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tone_rows.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/striped_row-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

struct Curve {
  HWY_INLINE explicit Curve(const ToneTable& table)
      : levels(table.levels),
        per_level(hn::Set(D(), table.per_level)),
        last(hn::Set(DI(), table.steps - 1)),
        end(hn::Set(D(), static_cast<float>(table.steps))) {}

  HWY_INLINE V At(V s) const {
    const D d;
    const DI di;
    const V at = hn::Min(hn::Max(hn::Mul(s, per_level), hn::Zero(d)), end);
    const auto i = hn::Min(hn::ConvertTo(di, at), last);
    const V part = hn::Sub(at, hn::ConvertTo(d, i));
    const V low = hn::GatherIndex(d, levels, i);
    const V high = hn::GatherIndex(d, levels + 1, i);
    return hn::MulAdd(part, hn::Sub(high, low), low);
  }

  const float* levels;
  V per_level;
  hn::Vec<DI> last;
  V end;
};

void ToneRows(const ToneTable& table, const RowLayout& layout, const float* ir, const float* vis,
              float* closed, float* toned_ir, float* toned_vis, float* least) {
  const D d;
  const Curve curve(table);
  const V share = hn::Set(d, table.share), shift = hn::Set(d, table.shift);
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const size_t size = layout.size();
  for (size_t x = 0; x < size; x += hn::Lanes(d)) {
    const V a = hn::Load(d, ir + x), b = hn::Load(d, vis + x);
    hn::Store(curve.At(hn::MulAdd(share, hn::Min(a, b), hn::Max(a, b))), d, closed + x);
    const V toned_a = hn::Min(hn::Max(curve.At(hn::Add(a, shift)), zero), one);
    const V toned_b = hn::Min(hn::Max(curve.At(hn::Add(b, shift)), zero), one);
    hn::Store(toned_a, d, toned_ir + x);
    hn::Store(toned_b, d, toned_vis + x);
    hn::Store(hn::Min(toned_a, toned_b), d, least + x);
  }
  SetMargins<2>(layout, closed);
  SetMargins<2>(layout, least);
}

void JoinInitialRows(const RowLayout& layout, const float* other_base, const float* other_detail,
                     float* base, float* detail) {
  const D d;
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  for (ptrdiff_t x = -2 * lanes; x < layout.size() + 2 * lanes; x += lanes) {
    hn::Store(hn::Max(hn::Load(d, base + x), hn::Load(d, other_base + x)), d, base + x);
    const V a = hn::Load(d, detail + x), b = hn::Load(d, other_detail + x);
    hn::Store(hn::IfThenElse(hn::Ge(hn::Abs(a), hn::Abs(b)), a, b), d, detail + x);
  }
}

void SoftClipRow(const RowLayout& layout, float* row) {
  const D d;
  const V bend = hn::Set(d, kSoftClipBend), factor = hn::Set(d, 1 / (4 * kSoftClipBend));
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const size_t size = layout.size();
  for (size_t x = 0; x < size; x += hn::Lanes(d)) {
    const V v = hn::Load(d, row + x), rest = hn::Sub(one, v);
    const V low = hn::Max(hn::Add(v, bend), zero), high = hn::Max(hn::Add(rest, bend), zero);
    V out = hn::IfThenElse(hn::Lt(v, bend), hn::Mul(hn::Mul(low, low), factor), v);
    out =
        hn::IfThenElse(hn::Lt(rest, bend), hn::Sub(one, hn::Mul(hn::Mul(high, high), factor)), out);
    hn::Store(out, d, row + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(ToneRows);
HWY_EXPORT(JoinInitialRows);
HWY_EXPORT(SoftClipRow);

void ToneRows(const ToneTable& table, const RowLayout& layout, const float* ir, const float* vis,
              float* closed, float* toned_ir, float* toned_vis, float* least) {
  HWY_DYNAMIC_DISPATCH(ToneRows)(table, layout, ir, vis, closed, toned_ir, toned_vis, least);
}

void JoinInitialRows(const RowLayout& layout, const float* other_base, const float* other_detail,
                     float* base, float* detail) {
  HWY_DYNAMIC_DISPATCH(JoinInitialRows)(layout, other_base, other_detail, base, detail);
}

void SoftClipRow(const RowLayout& layout, float* row) {
  HWY_DYNAMIC_DISPATCH(SoftClipRow)(layout, row);
}

}  // namespace auif
#endif  // HWY_ONCE
