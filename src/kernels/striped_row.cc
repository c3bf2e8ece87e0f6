#include "kernels/striped_row.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/striped_row.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;

int Lanes() { return static_cast<int>(hn::Lanes(D())); }

#if HWY_TARGET == HWY_SCALAR
// One lane: a striped row is the row.
void CopyToStripes(const RowLayout& layout, const float* from, float* to) {
  std::copy_n(from, layout.width(), to);
}
void Unstripe(const RowLayout& layout, const float* from, float* to) {
  std::copy_n(from, layout.width(), to);
}
#else

using D4 = hn::FixedTag<float, 4>;
using V4 = hn::Vec<D4>;

// Four lanes of four vectors become four columns of four stretches, and the other way round.
HWY_INLINE void Transpose(V4 (&v)[4]) {
  const D4 d;
  const V4 a = hn::InterleaveLower(d, v[0], v[2]), b = hn::InterleaveLower(d, v[1], v[3]);
  const V4 c = hn::InterleaveUpper(d, v[0], v[2]), e = hn::InterleaveUpper(d, v[1], v[3]);
  v[0] = hn::InterleaveLower(d, a, b);
  v[1] = hn::InterleaveUpper(d, a, b);
  v[2] = hn::InterleaveLower(d, c, e);
  v[3] = hn::InterleaveUpper(d, c, e);
}

// block(lane, k): four lanes of the vectors k ... k + 3, all of whose columns are in the picture;
// single(lane, k): one value, of whatever column.
template <class Block, class Single>
HWY_INLINE void ForAllLanes(const RowLayout& layout, const Block& block, const Single& single) {
  const int stride = layout.stride();
  for (int lane = 0; lane < layout.lanes(); lane += 4) {
    const int end = std::min(stride, layout.width() - (lane + 3) * stride);
    int k = 0;
    for (; k + 4 <= end; k += 4) block(lane, k);
    for (; k < stride; ++k) {
      for (int i = 0; i < 4; ++i) single(lane + i, k);
    }
  }
}

void CopyToStripes(const RowLayout& layout, const float* HWY_RESTRICT from,
                   float* HWY_RESTRICT to) {
  const int stride = layout.stride(), lanes = layout.lanes(), width = layout.width();
  ForAllLanes(
      layout,
      [&](int lane, int k) AUIF_INLINE_LAMBDA {
        V4 v[4];
        for (int i = 0; i < 4; ++i) v[i] = hn::LoadU(D4(), from + (lane + i) * stride + k);
        Transpose(v);
        for (int i = 0; i < 4; ++i) hn::Store(v[i], D4(), to + (k + i) * lanes + lane);
      },
      [&](int lane, int k) AUIF_INLINE_LAMBDA {
        const int x = lane * stride + k;
        to[k * lanes + lane] = x < width ? from[x] : 0.0f;
      });
}

void Unstripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  const int stride = layout.stride(), lanes = layout.lanes(), width = layout.width();
  ForAllLanes(
      layout,
      [&](int lane, int k) AUIF_INLINE_LAMBDA {
        V4 v[4];
        for (int i = 0; i < 4; ++i) v[i] = hn::Load(D4(), from + (k + i) * lanes + lane);
        Transpose(v);
        for (int i = 0; i < 4; ++i) hn::StoreU(v[i], D4(), to + (lane + i) * stride + k);
      },
      [&](int lane, int k) AUIF_INLINE_LAMBDA {
        const int x = lane * stride + k;
        if (x < width) to[x] = from[k * lanes + lane];
      });
}

#endif

void Stripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  CopyToStripes(layout, from, to);
  const D d;
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  for (int i = 0; i < layout.size(); i += layout.lanes()) {
    const auto v = hn::Load(d, to + i);
    // A comparison with NaN is false, so NaN becomes 0.
    hn::Store(hn::Min(hn::IfThenElseZero(hn::Gt(v, zero), v), one), d, to + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(Lanes);
HWY_EXPORT(Stripe);
HWY_EXPORT(Unstripe);

RowLayout::RowLayout(int width)
    : width_(width), lanes_(HWY_DYNAMIC_DISPATCH(Lanes)()), stride_((width + lanes_ - 1) / lanes_) {
  for (int i = 0; i < kMaxMargin; ++i) {
    behind_[i] = Offset(width + i);
    reflected_[i] = Offset(width - 2 - i);
  }
}

void StripeRow(const RowLayout& layout, const float* from, float* to) {
  HWY_DYNAMIC_DISPATCH(Stripe)(layout, from, to);
}

void UnstripeRow(const RowLayout& layout, const float* from, float* to) {
  HWY_DYNAMIC_DISPATCH(Unstripe)(layout, from, to);
}

}  // namespace auif
#endif  // HWY_ONCE
