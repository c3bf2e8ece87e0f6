#include "kernels/initial_filters.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/initial_filters.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/striped_row-inl.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

constexpr float kUnitsPerOne = 4194304.0f;  // 2^22

HWY_INLINE hn::Vec<DI> Fixed(const float* HWY_RESTRICT row) {
  const D d;
  return hn::NearestInt(hn::Mul(hn::Load(d, row), hn::Set(d, kUnitsPerOne)));
}

void AddRow(const float* HWY_RESTRICT row, size_t size, int32_t* HWY_RESTRICT sums) {
  const DI di;
  for (size_t x = 0; x < size; x += hn::Lanes(di)) {
    hn::Store(hn::Add(hn::Load(di, sums + x), Fixed(row + x)), di, sums + x);
  }
}

void MoveRow(const float* HWY_RESTRICT in, const float* HWY_RESTRICT out, size_t size,
             int32_t* HWY_RESTRICT sums) {
  const DI di;
  for (size_t x = 0; x < size; x += hn::Lanes(di)) {
    const auto change = hn::Sub(Fixed(in + x), Fixed(out + x));
    hn::Store(hn::Add(hn::Load(di, sums + x), change), di, sums + x);
  }
}

// A box sum of 2 * kRadius + 1 columns that runs along a striped row with its margins.
template <int kRadius>
class RunningSum {
 public:
  HWY_INLINE explicit RunningSum(const int32_t* HWY_RESTRICT row) : row_(row), sum_(At(-kRadius)) {
    for (int i = 1 - kRadius; i < kRadius; ++i) sum_ = hn::Add(sum_, At(i));
  }
  // At vector k; to be called for k = 0, 1, ...
  HWY_INLINE hn::Vec<DI> Next(int k) {
    const auto sum = hn::Add(sum_, At(k + kRadius));
    sum_ = hn::Sub(sum, At(k - kRadius));
    return sum;
  }

 private:
  HWY_INLINE hn::Vec<DI> At(int k) const {
    return hn::Load(DI(), row_ + k * static_cast<ptrdiff_t>(hn::Lanes(DI())));
  }

  const int32_t* HWY_RESTRICT row_;
  hn::Vec<DI> sum_;
};

void FilterRow(const RowLayout& layout, int32_t* HWY_RESTRICT base_sums,
               int32_t* HWY_RESTRICT detail_sums, const float* HWY_RESTRICT source,
               float* HWY_RESTRICT base, float* HWY_RESTRICT detail) {
  SetMargins<kBaseRadius>(layout, base_sums);
  SetMargins<kDetailRadius>(layout, detail_sums);
  const D d;
  const DI di;
  const V base_scale = hn::Set(d, 1.0f / (121.0f * kUnitsPerOne));
  const V detail_scale = hn::Set(d, 1.0f / (720.0f * kUnitsPerOne));
  const V units = hn::Set(d, kUnitsPerOne);
  RunningSum<kBaseRadius> base_sum(base_sums);
  RunningSum<kDetailRadius> detail_sum(detail_sums);
  for (int k = 0; k < layout.stride(); ++k) {
    const size_t at = k * hn::Lanes(d);
    hn::Store(hn::Mul(hn::ConvertTo(d, base_sum.Next(k)), base_scale), d, base + at);
    // The sum and 361 times the centre nearly cancel: their difference is taken exactly, and what
    // the centre loses in fixed point is put back.
    const V scaled = hn::Mul(hn::Load(d, source + at), units);
    const auto fixed = hn::NearestInt(scaled);
    const auto difference = hn::Sub(detail_sum.Next(k), hn::Mul(fixed, hn::Set(di, 361)));
    const V lost = hn::Sub(scaled, hn::ConvertTo(d, fixed));
    const V exact = hn::NegMulAdd(hn::Set(d, 361.0f), lost, hn::ConvertTo(d, difference));
    hn::Store(hn::Mul(exact, detail_scale), d, detail + at);
  }
  SetMargins<2>(layout, base);
  SetMargins<2>(layout, detail);
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
HWY_EXPORT(AddRow);
HWY_EXPORT(MoveRow);
HWY_EXPORT(FilterRow);

void ColumnSums::Clear() {
  for (int i = 0; i < 2; ++i) std::memset(sums_[i], 0, sizeof(std::int32_t) * layout_.size());
}

void ColumnSums::Add(const float* row, bool base_too) {
  if (base_too) HWY_DYNAMIC_DISPATCH(AddRow)(row, layout_.size(), sums_[0]);
  HWY_DYNAMIC_DISPATCH(AddRow)(row, layout_.size(), sums_[1]);
}

void ColumnSums::Move(const float* base_in, const float* base_out, const float* detail_in,
                      const float* detail_out) {
  HWY_DYNAMIC_DISPATCH(MoveRow)(base_in, base_out, layout_.size(), sums_[0]);
  HWY_DYNAMIC_DISPATCH(MoveRow)(detail_in, detail_out, layout_.size(), sums_[1]);
}

void ColumnSums::Filter(const float* source, float* base, float* detail) {
  HWY_DYNAMIC_DISPATCH(FilterRow)(layout_, sums_[0], sums_[1], source, base, detail);
}

}  // namespace auif
#endif  // HWY_ONCE
