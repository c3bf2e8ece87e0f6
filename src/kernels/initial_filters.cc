#include "kernels/initial_filters.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/initial_filters.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/beside-inl.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

constexpr float kUnitsPerOne = 4194304.0f;  // 2^22

HWY_INLINE hn::Vec<DI> Fixed(const float* HWY_RESTRICT row) {
  const D d;
  return hn::NearestInt(hn::Mul(hn::Load(d, row), hn::Set(d, kUnitsPerOne)));
}

void CopyRow(const float* HWY_RESTRICT from, size_t width, float* HWY_RESTRICT to) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const auto clamp = [&](V v) AUIF_INLINE_LAMBDA {
    // A comparison with NaN is false, so NaN becomes 0.
    return hn::Min(hn::IfThenElseZero(hn::Gt(v, zero), v), one);
  };
  size_t x = 0;
  for (; x + lanes <= width; x += lanes) hn::Store(clamp(hn::LoadU(d, from + x)), d, to + x);
  if (x < width) {
    for (size_t i = x; i < width; ++i) to[i] = from[i];
    hn::Store(clamp(hn::Load(d, to + x)), d, to + x);
  }
}

void AddRow(const float* HWY_RESTRICT row, size_t width, int32_t* HWY_RESTRICT sums) {
  const DI di;
  for (size_t x = 0; x < width; x += hn::Lanes(di)) {
    hn::Store(hn::Add(hn::Load(di, sums + x), Fixed(row + x)), di, sums + x);
  }
}

void MoveRow(const float* HWY_RESTRICT in, const float* HWY_RESTRICT out, size_t width,
             int32_t* HWY_RESTRICT sums) {
  const DI di;
  for (size_t x = 0; x < width; x += hn::Lanes(di)) {
    const auto change = hn::Sub(Fixed(in + x), Fixed(out + x));
    hn::Store(hn::Add(hn::Load(di, sums + x), change), di, sums + x);
  }
}

// The sum of 2 * kRadius + 1 neighbours.
template <int kRadius>
HWY_INLINE hn::Vec<DI> RowSum(const int32_t* HWY_RESTRICT sums) {
  const Neighbours<DI> row(sums);
  auto sum = row.centre;
  Unroll<1, kRadius + 1>([&](auto i) AUIF_INLINE_LAMBDA {
    sum = hn::Add(sum, hn::Add(row.template Shifted<-i>(), row.template Shifted<i>()));
  });
  return sum;
}

void FilterRow(const int32_t* HWY_RESTRICT base_sums, const int32_t* HWY_RESTRICT detail_sums,
               const float* HWY_RESTRICT source, size_t width, float* HWY_RESTRICT base,
               float* HWY_RESTRICT detail) {
  const D d;
  const V base_scale = hn::Set(d, 1.0f / (121.0f * kUnitsPerOne));
  const V detail_scale = hn::Set(d, 1.0f / (720.0f * kUnitsPerOne));
  const V units = hn::Set(d, kUnitsPerOne);
  const DI di;
  for (size_t x = 0; x < width; x += hn::Lanes(d)) {
    const V b = hn::ConvertTo(d, RowSum<kBaseRadius>(base_sums + x));
    hn::Store(hn::Mul(b, base_scale), d, base + x);
    // The sum and 361 times the centre nearly cancel: their difference is taken exactly, and what
    // the centre loses in fixed point is put back.
    const V scaled = hn::Mul(hn::Load(d, source + x), units);
    const auto fixed = hn::NearestInt(scaled);
    const auto difference =
        hn::Sub(RowSum<kDetailRadius>(detail_sums + x), hn::Mul(fixed, hn::Set(di, 361)));
    const V lost = hn::Sub(scaled, hn::ConvertTo(d, fixed));
    const V exact = hn::NegMulAdd(hn::Set(d, 361.0f), lost, hn::ConvertTo(d, difference));
    hn::Store(hn::Mul(exact, detail_scale), d, detail + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {

template <typename T>
void ReflectEnds(T* row, int width, int count) {
  for (int i = 1; i <= count; ++i) {
    row[-i] = row[i];
    row[width - 1 + i] = row[width - 1 - i];
  }
}

}  // namespace

HWY_EXPORT(CopyRow);
HWY_EXPORT(AddRow);
HWY_EXPORT(MoveRow);
HWY_EXPORT(FilterRow);

void CopySourceRow(const float* from, int width, float* to) {
  HWY_DYNAMIC_DISPATCH(CopyRow)(from, width, to);
  ReflectEnds(to, width, 2);
}

void ColumnSums::Clear() {
  for (int i = 0; i < 2; ++i) std::memset(sums_[i], 0, sizeof(std::int32_t) * width_);
}

void ColumnSums::Add(const float* row, bool base_too) {
  if (base_too) HWY_DYNAMIC_DISPATCH(AddRow)(row, width_, sums_[0]);
  HWY_DYNAMIC_DISPATCH(AddRow)(row, width_, sums_[1]);
}

void ColumnSums::Move(const float* base_in, const float* base_out, const float* detail_in,
                      const float* detail_out) {
  HWY_DYNAMIC_DISPATCH(MoveRow)(base_in, base_out, width_, sums_[0]);
  HWY_DYNAMIC_DISPATCH(MoveRow)(detail_in, detail_out, width_, sums_[1]);
}

void ColumnSums::Filter(const float* source, float* base, float* detail) {
  ReflectEnds(sums_[0], width_, kBaseRadius);
  ReflectEnds(sums_[1], width_, kDetailRadius);
  HWY_DYNAMIC_DISPATCH(FilterRow)(sums_[0], sums_[1], source, width_, base, detail);
  ReflectEnds(base, width_, 2);
  ReflectEnds(detail, width_, 2);
}

}  // namespace auif
#endif  // HWY_ONCE
