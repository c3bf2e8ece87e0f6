// Vectors beside an aligned one; include between foreach_target.h and the kernels.
#if defined(AUIF_KERNELS_BESIDE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef AUIF_KERNELS_BESIDE_INL_H_
#undef AUIF_KERNELS_BESIDE_INL_H_
#else
#define AUIF_KERNELS_BESIDE_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {

// Three neighbouring aligned vectors of a row.
template <class D>
struct Neighbours {
  using T = hwy::HWY_NAMESPACE::TFromD<D>;
  using V = hwy::HWY_NAMESPACE::Vec<D>;

  V before, centre, after;
  const T* at;  // where `centre` was loaded

  HWY_INLINE explicit Neighbours(const T* from)
      : before(hwy::HWY_NAMESPACE::Load(D(), from - Lanes())),
        centre(hwy::HWY_NAMESPACE::Load(D(), from)),
        after(hwy::HWY_NAMESPACE::Load(D(), from + Lanes())),
        at(from) {}
  HWY_INLINE Neighbours(V b, V c, V a, const T* from) : before(b), centre(c), after(a), at(from) {}

  // The vector that begins kShift values beside `at`. A 64-byte vector that is not aligned lies in
  // two cache lines, and such loads are a brake: shifting neighbours into place made the layer
  // kernel 1.35 times as fast. Shorter vectors cross lines less often and are loaded.
  template <int kShift>
  HWY_INLINE V Shifted() const {
    if constexpr (kShift == 0) return centre;
#if HWY_TARGET == HWY_AVX3
    static_assert(-16 < kShift && kShift < 16 && sizeof(T) == 4);
    const hwy::HWY_NAMESPACE::RebindToSigned<D> di;
    const auto low = hwy::HWY_NAMESPACE::BitCast(di, kShift < 0 ? before : centre);
    const auto high = hwy::HWY_NAMESPACE::BitCast(di, kShift < 0 ? centre : after);
    return hwy::HWY_NAMESPACE::BitCast(
        D(), decltype(low){_mm512_alignr_epi32(high.raw, low.raw, kShift & 15)});
#else
    return hwy::HWY_NAMESPACE::LoadU(D(), at + kShift);
#endif
  }

 private:
  static HWY_INLINE ptrdiff_t Lanes() {
    return static_cast<ptrdiff_t>(hwy::HWY_NAMESPACE::Lanes(D()));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
