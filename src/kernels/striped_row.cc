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

HWY_INLINE hn::Vec<D> Clamp(hn::Vec<D> v) {
  const D d;
  // A comparison with NaN is false, so NaN becomes 0.
  return hn::Min(hn::IfThenElseZero(hn::Gt(v, hn::Zero(d)), v), hn::Set(d, 1.0f));
}

#if HWY_TARGET == HWY_SCALAR
// One lane: a striped row is the row.
void Stripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  for (int x = 0; x < layout.width(); ++x) hn::Store(Clamp(hn::Load(D(), from + x)), D(), to + x);
}
void Unstripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  std::copy_n(from, layout.width(), to);
}
#else

// Vectors are put together from blocks of four lanes and taken apart into them. Blocks are `step`
// values apart in memory.
template <class DV>
HWY_INLINE hn::Vec<DV> LoadBlocks(DV d, const float* HWY_RESTRICT from, ptrdiff_t step) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<DV> half;
    const ptrdiff_t middle = step * static_cast<ptrdiff_t>(hn::Lanes(half) / 4);
    return hn::Combine(d, LoadBlocks(half, from + middle, step), LoadBlocks(half, from, step));
  }
}
template <class DV>
HWY_INLINE void StoreBlocks(DV d, hn::Vec<DV> v, float* HWY_RESTRICT to, ptrdiff_t step) {
  if constexpr (hn::MaxLanes(d) == 4) {
    hn::StoreU(v, d, to);
  } else {
    const hn::Half<DV> half;
    const ptrdiff_t middle = step * static_cast<ptrdiff_t>(hn::Lanes(half) / 4);
    StoreBlocks(half, hn::LowerHalf(half, v), to, step);
    StoreBlocks(half, hn::UpperHalf(half, v), to + middle, step);
  }
}

// In each block of lanes: the i-th of vector j becomes the j-th of vector i.
template <class V>
HWY_INLINE void Transpose(V (&v)[4]) {
  const D d;
  const V a = hn::InterleaveLower(d, v[0], v[2]), b = hn::InterleaveLower(d, v[1], v[3]);
  const V c = hn::InterleaveUpper(d, v[0], v[2]), e = hn::InterleaveUpper(d, v[1], v[3]);
  v[0] = hn::InterleaveLower(d, a, b);
  v[1] = hn::InterleaveUpper(d, a, b);
  v[2] = hn::InterleaveLower(d, c, e);
  v[3] = hn::InterleaveUpper(d, c, e);
}

// Vectors k ... k + 3 at a time, while all of their columns are in the image.
int WholeVectors(const RowLayout& layout) {
  const int last = layout.width() - (layout.lanes() - 1) * layout.stride();  // of the last lane
  return std::max(0, std::min(layout.stride(), last)) / 4 * 4;
}

void Stripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  const D d;
  const ptrdiff_t stride = layout.stride(), lanes = layout.lanes();
  const ptrdiff_t whole = WholeVectors(layout);
  ptrdiff_t k = 0;
  for (; k < whole; k += 4) {
    hn::Vec<D> v[4];
    for (int i = 0; i < 4; ++i) v[i] = LoadBlocks(d, from + i * stride + k, 4 * stride);
    Transpose(v);
    for (int i = 0; i < 4; ++i) hn::Store(Clamp(v[i]), d, to + (k + i) * lanes);
  }
  for (; k < stride; ++k) {
    for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
      const ptrdiff_t x = lane * stride + k;
      to[k * lanes + lane] = x < layout.width() ? from[x] : 0.0f;
    }
    hn::Store(Clamp(hn::Load(d, to + k * lanes)), d, to + k * lanes);
  }
}

void Unstripe(const RowLayout& layout, const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  const D d;
  const ptrdiff_t stride = layout.stride(), lanes = layout.lanes();
  const ptrdiff_t whole = WholeVectors(layout);
  ptrdiff_t k = 0;
  for (; k < whole; k += 4) {
    hn::Vec<D> v[4];
    for (int i = 0; i < 4; ++i) v[i] = hn::Load(d, from + (k + i) * lanes);
    Transpose(v);
    for (int i = 0; i < 4; ++i) StoreBlocks(d, v[i], to + i * stride + k, 4 * stride);
  }
  for (; k < stride; ++k) {
    for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
      const ptrdiff_t x = lane * stride + k;
      if (x < layout.width()) to[x] = from[k * lanes + lane];
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(Lanes);
HWY_EXPORT(Stripe);
HWY_EXPORT(Unstripe);

int RowLayout::Lanes() { return HWY_DYNAMIC_DISPATCH(Lanes)(); }

RowLayout::RowLayout(int width)
    : width_(width), lanes_(Lanes()), stride_((width + 2 * lanes_ - 1) / (2 * lanes_) * 2) {
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
