#include "kernels/decode.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/decode.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, RowLayout::kMaxLanes>;
using V = hn::Vec<D>;

void Decode(const DecoderStep& step, const std::array<const float*, 3>& rows, size_t size,
            float* HWY_RESTRICT out) {
  const D d;
  const auto lanes = static_cast<ptrdiff_t>(hn::Lanes(d));
  const V one = hn::Set(d, 1.0f);
  for (size_t x = 0; x < size; x += hn::Lanes(d)) {
    V sum = hn::Set(d, step.bias);
    Unroll<0, 3>([&](auto r) AUIF_INLINE_LAMBDA {
      Unroll<0, 3>([&](auto t) AUIF_INLINE_LAMBDA {
        const V value = hn::Load(d, rows[r] + x + (t - 1) * lanes);
        sum = hn::MulAdd(hn::Set(d, step.taps[3 * r + t]), value, sum);
      });
    });
    hn::Store(hn::Div(one, hn::Add(one, hn::Exp(d, hn::Neg(sum)))), d, out + x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {

HWY_EXPORT(Decode);

void DecodeRow(const DecoderStep& step, const std::array<const float*, 3>& rows,
               const RowLayout& layout, float* out) {
  HWY_DYNAMIC_DISPATCH(Decode)(step, rows, layout.size(), out);
}

}  // namespace auif
#endif  // HWY_ONCE
