#include "kernels/striped_row.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "image/convert.h"

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
using DU = hn::RebindToUnsigned<D>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

int Lanes() { return static_cast<int>(hn::Lanes(D())); }

HWY_INLINE V Clamp(V v) {
  const D d;
  // A comparison with NaN is false, so NaN becomes 0.
  return hn::Min(hn::IfThenElseZero(hn::Gt(v, hn::Zero(d)), v), hn::Set(d, 1.0f));
}

// The conversions of image/convert.h, to the bit. T: an unsigned integer type.
template <class T>
inline constexpr double kLargest = std::numeric_limits<T>::max();

// v / kLargest, correctly rounded.
template <class T>
HWY_INLINE V UnitOf(hn::Vec<DU> integers) {
  const D d;
  const V v = hn::ConvertTo(d, hn::BitCast(DI(), integers));
#if HWY_NATIVE_FMA
  // By the reciprocal in two parts. The quotient's digits repeat after 8 or 16 bits, so that it is
  // never as near to a tie as the parts' error.
  constexpr double kInverse = 1 / kLargest<T>;
  constexpr auto kHigh = static_cast<float>(kInverse);
  constexpr auto kLow = static_cast<float>(kInverse - double{kHigh});
  return hn::MulAdd(v, hn::Set(d, kHigh), hn::Mul(v, hn::Set(d, kLow)));
#else
  return hn::Div(v, hn::Set(d, static_cast<float>(kLargest<T>)));
#endif
}

// The integer nearest to the exact product v kLargest, halves up.
template <class T>
HWY_INLINE hn::Vec<DU> NearestOf(V value) {
  constexpr auto kScale = static_cast<float>(kLargest<T>);
  const D d;
  const V v = Clamp(value);
  const auto below = hn::ConvertTo(DI(), hn::Mul(v, hn::Set(d, kScale)));  // rounds towards 0
  // The integer above where v kLargest >= below + 1/2, that is (kLargest + 1) v - (below + 1/2) >=
  // v. The product is by a power of two, and the difference of two numbers that differ by less than
  // a factor of two, so both are exact; where the numbers differ by more the answer is clear.
  const V half_way = hn::Add(hn::ConvertTo(d, below), hn::Set(d, 0.5f));
  const auto up = hn::Ge(hn::Sub(hn::Mul(v, hn::Set(d, kScale + 1)), half_way), v);
  return hn::BitCast(DU(), hn::Sub(below, hn::VecFromMask(DI(), hn::RebindMask(DI(), up))));
}

#if HWY_TARGET == HWY_SCALAR
// One lane: a striped row is the row.
template <class T>
void Stripe(const RowLayout& layout, const T* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  for (int x = 0; x < layout.width(); ++x) {
    if constexpr (std::is_same_v<T, float>) {
      hn::Store(Clamp(hn::Load(D(), from + x)), D(), to + x);
    } else {
      hn::Store(UnitOf<T>(hn::Set(DU(), from[x])), D(), to + x);
    }
  }
}
template <class T>
void Unstripe(const RowLayout& layout, const float* HWY_RESTRICT from, T* HWY_RESTRICT to) {
  for (int x = 0; x < layout.width(); ++x) {
    if constexpr (std::is_same_v<T, float>) {
      to[x] = from[x];
    } else {
      to[x] = static_cast<T>(hn::GetLane(NearestOf<T>(hn::Load(D(), from + x))));
    }
  }
}
#else

// The kernels below move words of 32 bits: a float, or two or four neighbouring columns of 16 or 8
// bits, the first one lowest.
static_assert(std::endian::native == std::endian::little);
template <class T>
inline constexpr int kColumnsPerWord = sizeof(std::uint32_t) / sizeof(T);
// Columns of every lane that are moved at a time: four words.
template <class T>
inline constexpr int kColumns = 4 * kColumnsPerWord<T>;

// Vectors are put together from blocks of four words and taken apart into them. Blocks are `step`
// values apart in memory.
template <class DV, class T>
HWY_INLINE hn::Vec<DV> LoadBlocks(DV d, const T* HWY_RESTRICT from, ptrdiff_t step) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return hn::BitCast(d, hn::LoadU(hn::Repartition<T, DV>(), from));
  } else {
    const hn::Half<DV> half;
    const ptrdiff_t middle = step * static_cast<ptrdiff_t>(hn::Lanes(half) / 4);
    return hn::Combine(d, LoadBlocks(half, from + middle, step), LoadBlocks(half, from, step));
  }
}
template <class DV, class T>
HWY_INLINE void StoreBlocks(DV d, hn::Vec<DV> v, T* HWY_RESTRICT to, ptrdiff_t step) {
  if constexpr (hn::MaxLanes(d) == 4) {
    const hn::Repartition<T, DV> dt;
    hn::StoreU(hn::BitCast(dt, v), dt, to);
  } else {
    const hn::Half<DV> half;
    const ptrdiff_t middle = step * static_cast<ptrdiff_t>(hn::Lanes(half) / 4);
    StoreBlocks(half, hn::LowerHalf(half, v), to, step);
    StoreBlocks(half, hn::UpperHalf(half, v), to + middle, step);
  }
}

// In each block of lanes: the i-th of vector j becomes the j-th of vector i.
HWY_INLINE void Transpose(hn::Vec<DU> (&v)[4]) {
  const DU d;
  const auto a = hn::InterleaveLower(d, v[0], v[2]), b = hn::InterleaveLower(d, v[1], v[3]);
  const auto c = hn::InterleaveUpper(d, v[0], v[2]), e = hn::InterleaveUpper(d, v[1], v[3]);
  v[0] = hn::InterleaveLower(d, a, b);
  v[1] = hn::InterleaveUpper(d, a, b);
  v[2] = hn::InterleaveLower(d, c, e);
  v[3] = hn::InterleaveUpper(d, c, e);
}

// Column `i` of each word, in [0, 1].
template <class T, int i>
HWY_INLINE V FromWord(hn::Vec<DU> word) {
  if constexpr (std::is_same_v<T, float>) {
    return Clamp(hn::BitCast(D(), word));
  } else {
    const auto shifted = hn::ShiftRight<8 * sizeof(T) * i>(word);
    return UnitOf<T>(hn::And(shifted, hn::Set(DU(), std::numeric_limits<T>::max())));
  }
}
// The word of the columns whose vectors begin at `from`.
template <class T>
HWY_INLINE hn::Vec<DU> ToWord(const float* HWY_RESTRICT from) {
  const D d;
  if constexpr (std::is_same_v<T, float>) {
    return hn::BitCast(DU(), hn::Load(d, from));
  } else {
    auto word = NearestOf<T>(hn::Load(d, from));
    Unroll<1, kColumnsPerWord<T>>([&](auto i) AUIF_INLINE_LAMBDA {
      const auto column = NearestOf<T>(hn::Load(d, from + i * hn::Lanes(d)));
      word = hn::Or(word, hn::ShiftLeft<8 * sizeof(T) * i>(column));
    });
    return word;
  }
}

// Calls move(k) for columns k ... k + kColumns - 1 of every lane, while all of them are in the
// image; the last ones may be moved twice. Returns the first column of which not all are.
template <class T, class Move>
HWY_INLINE int MoveWhole(const RowLayout& layout, const Move& move) {
  const int last = layout.width() - (layout.lanes() - 1) * layout.stride();  // of the last lane
  const int whole = std::min(layout.stride(), last);
  if (whole < kColumns<T>) return 0;
  int k = 0;
  for (; k + kColumns<T> <= whole; k += kColumns<T>) move(k);
  if (k < whole) move(whole - kColumns<T>);
  return whole;
}

template <class T>
void Stripe(const RowLayout& layout, const T* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  const D d;
  const ptrdiff_t stride = layout.stride(), lanes = layout.lanes();
  const auto move = [&](ptrdiff_t k) AUIF_INLINE_LAMBDA {
    hn::Vec<DU> v[4];
    for (int i = 0; i < 4; ++i) v[i] = LoadBlocks(DU(), from + i * stride + k, 4 * stride);
    Transpose(v);
    Unroll<0, 4>([&](auto i) AUIF_INLINE_LAMBDA {
      Unroll<0, kColumnsPerWord<T>>([&](auto j) AUIF_INLINE_LAMBDA {
        hn::Store(FromWord<T, j>(v[i]), d, to + (k + kColumnsPerWord<T> * i + j) * lanes);
      });
    });
  };
  for (ptrdiff_t k = MoveWhole<T>(layout, move); k < stride; ++k) {
    for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
      const ptrdiff_t x = lane * stride + k;
      float& value = to[k * lanes + lane];
      if constexpr (std::is_same_v<T, float>) {
        value = x < layout.width() ? from[x] : 0.0f;
      } else {
        value = x < layout.width() ? ToUnit(from[x]) : 0.0f;
      }
    }
    hn::Store(Clamp(hn::Load(d, to + k * lanes)), d, to + k * lanes);
  }
}

template <class T>
void Unstripe(const RowLayout& layout, const float* HWY_RESTRICT from, T* HWY_RESTRICT to) {
  const ptrdiff_t stride = layout.stride(), lanes = layout.lanes();
  const auto move = [&](ptrdiff_t k) AUIF_INLINE_LAMBDA {
    hn::Vec<DU> v[4];
    for (int i = 0; i < 4; ++i) v[i] = ToWord<T>(from + (k + kColumnsPerWord<T> * i) * lanes);
    Transpose(v);
    for (int i = 0; i < 4; ++i) StoreBlocks(DU(), v[i], to + i * stride + k, 4 * stride);
  };
  for (ptrdiff_t k = MoveWhole<T>(layout, move); k < stride; ++k) {
    for (ptrdiff_t lane = 0; lane < lanes; ++lane) {
      const ptrdiff_t x = lane * stride + k;
      if (x >= layout.width()) continue;
      if constexpr (std::is_same_v<T, float>) {
        to[x] = from[k * lanes + lane];
      } else {
        to[x] = FromUnit<T>(from[k * lanes + lane]);
      }
    }
  }
}

#endif

void StripePixels(const RowLayout& layout, SampleType type, const void* from, float* to) {
  switch (type) {
    case SampleType::kFloat:
      return Stripe(layout, static_cast<const float*>(from), to);
    case SampleType::kUint8:
      return Stripe(layout, static_cast<const std::uint8_t*>(from), to);
    case SampleType::kUint16:
      return Stripe(layout, static_cast<const std::uint16_t*>(from), to);
  }
}
void UnstripePixels(const RowLayout& layout, const float* from, SampleType type, void* to) {
  switch (type) {
    case SampleType::kFloat:
      return Unstripe(layout, from, static_cast<float*>(to));
    case SampleType::kUint8:
      return Unstripe(layout, from, static_cast<std::uint8_t*>(to));
    case SampleType::kUint16:
      return Unstripe(layout, from, static_cast<std::uint16_t*>(to));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(Lanes);
HWY_EXPORT(StripePixels);
HWY_EXPORT(UnstripePixels);

int RowLayout::Lanes() { return HWY_DYNAMIC_DISPATCH(Lanes)(); }

RowLayout::RowLayout(int width)
    : width_(width), lanes_(Lanes()), stride_((width + 2 * lanes_ - 1) / (2 * lanes_) * 2) {
  for (int i = 0; i < kMaxMargin; ++i) {
    behind_[i] = Offset(width + i);
    reflected_[i] = Offset(width - 2 - i);
  }
}

void StripeRow(const RowLayout& layout, SampleType type, const void* from, float* to) {
  HWY_DYNAMIC_DISPATCH(StripePixels)(layout, type, from, to);
}

void UnstripeRow(const RowLayout& layout, const float* from, SampleType type, void* to) {
  HWY_DYNAMIC_DISPATCH(UnstripePixels)(layout, from, type, to);
}

}  // namespace auif
#endif  // HWY_ONCE
