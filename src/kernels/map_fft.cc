#include "kernels/map_fft.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <utility>

#include "auif/plane.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/map_fft.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

// What all targets share.
#ifndef AUIF_KERNELS_MAP_FFT_ONCE_
#define AUIF_KERNELS_MAP_FFT_ONCE_
namespace auif {
// A prime factor up to this is a stage, whose cost grows with it; beyond, Bluestein's way is faster
// (measured).
inline constexpr int kLargestRadix = 256;
}  // namespace auif
#endif

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kFftLanes>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

// Where an element's parts are: the inverse is the transform with both swapped.
struct Parts {
  int re, im;
};

// Transforms of length kRadix in registers.
HWY_INLINE void Dft2(V& re0, V& im0, V& re1, V& im1) {
  const V re = re0, im = im0;
  re0 = hn::Add(re, re1);
  im0 = hn::Add(im, im1);
  re1 = hn::Sub(re, re1);
  im1 = hn::Sub(im, im1);
}

HWY_INLINE void Dft4(V& re0, V& im0, V& re1, V& im1, V& re2, V& im2, V& re3, V& im3) {
  Dft2(re0, im0, re2, im2);
  Dft2(re1, im1, re3, im3);
  Dft2(re0, im0, re1, im1);
  // The others by -i x3 and i x3, in the order 1, 3.
  const V re = re2, im = im2, r = re3, i = im3;
  re2 = re1, im2 = im1;
  re1 = hn::Add(re, i);
  im1 = hn::Sub(im, r);
  re3 = hn::Sub(re, i);
  im3 = hn::Add(im, r);
}

template <int kRadix>
HWY_INLINE void Dft(V* re, V* im) {
  const D d;
  if constexpr (kRadix == 2) {
    Dft2(re[0], im[0], re[1], im[1]);
  } else if constexpr (kRadix == 3) {
    const V c = hn::Set(d, 0.86602540378f), half = hn::Set(d, -0.5f);
    const V sr = hn::Add(re[1], re[2]), si = hn::Add(im[1], im[2]);
    const V dr = hn::Mul(c, hn::Sub(re[1], re[2])), di = hn::Mul(c, hn::Sub(im[1], im[2]));
    const V mr = hn::MulAdd(half, sr, re[0]), mi = hn::MulAdd(half, si, im[0]);
    re[0] = hn::Add(re[0], sr);
    im[0] = hn::Add(im[0], si);
    re[1] = hn::Add(mr, di);
    im[1] = hn::Sub(mi, dr);
    re[2] = hn::Sub(mr, di);
    im[2] = hn::Add(mi, dr);
  } else if constexpr (kRadix == 4) {
    Dft4(re[0], im[0], re[1], im[1], re[2], im[2], re[3], im[3]);
  } else if constexpr (kRadix == 5) {
    const V c1 = hn::Set(d, 0.30901699437f), c2 = hn::Set(d, -0.80901699437f);
    const V s1 = hn::Set(d, 0.95105651630f), s2 = hn::Set(d, 0.58778525229f);
    const V ar = hn::Add(re[1], re[4]), ai = hn::Add(im[1], im[4]);
    const V br = hn::Add(re[2], re[3]), bi = hn::Add(im[2], im[3]);
    const V cr = hn::Sub(re[1], re[4]), ci = hn::Sub(im[1], im[4]);
    const V er = hn::Sub(re[2], re[3]), ei = hn::Sub(im[2], im[3]);
    const V pr = hn::MulAdd(c2, br, hn::MulAdd(c1, ar, re[0]));
    const V pi = hn::MulAdd(c2, bi, hn::MulAdd(c1, ai, im[0]));
    const V qr = hn::MulAdd(c1, br, hn::MulAdd(c2, ar, re[0]));
    const V qi = hn::MulAdd(c1, bi, hn::MulAdd(c2, ai, im[0]));
    const V ur = hn::MulAdd(s2, er, hn::Mul(s1, cr)), ui = hn::MulAdd(s2, ei, hn::Mul(s1, ci));
    const V vr = hn::NegMulAdd(s1, er, hn::Mul(s2, cr)),
            vi = hn::NegMulAdd(s1, ei, hn::Mul(s2, ci));
    re[0] = hn::Add(re[0], hn::Add(ar, br));
    im[0] = hn::Add(im[0], hn::Add(ai, bi));
    re[1] = hn::Add(pr, ui);
    im[1] = hn::Sub(pi, ur);
    re[2] = hn::Add(qr, vi);
    im[2] = hn::Sub(qi, vr);
    re[3] = hn::Sub(qr, vi);
    im[3] = hn::Add(qi, vr);
    re[4] = hn::Sub(pr, ui);
    im[4] = hn::Add(pi, ur);
  } else {
    static_assert(kRadix == 8);
    Dft4(re[0], im[0], re[2], im[2], re[4], im[4], re[6], im[6]);
    Dft4(re[1], im[1], re[3], im[3], re[5], im[5], re[7], im[7]);
    const V c = hn::Set(d, 0.70710678118f);
    const V r1 = hn::Mul(c, hn::Add(re[3], im[3])), i1 = hn::Mul(c, hn::Sub(im[3], re[3]));
    const V r2 = im[5], i2 = hn::Neg(re[5]);
    const V r3 = hn::Mul(c, hn::Sub(im[7], re[7]));
    const V i3 = hn::Neg(hn::Mul(c, hn::Add(re[7], im[7])));
    const V er[4] = {re[0], re[2], re[4], re[6]}, ei[4] = {im[0], im[2], im[4], im[6]};
    const V dr[4] = {re[1], r1, r2, r3}, di[4] = {im[1], i1, i2, i3};
    Unroll<0, 4>([&](auto k) AUIF_INLINE_LAMBDA {
      re[k] = hn::Add(er[k], dr[k]);
      im[k] = hn::Add(ei[k], di[k]);
      re[k + 4] = hn::Sub(er[k], dr[k]);
      im[k + 4] = hn::Sub(ei[k], di[k]);
    });
  }
}

// y = (re, im) times the twiddle (w[0], w[1]).
HWY_INLINE void StoreTwiddled(V re, V im, const float* w, Parts at, float* to) {
  const D d;
  const V wr = hn::Set(d, w[0]), wi = hn::Set(d, w[1]);
  hn::Store(hn::NegMulAdd(im, wi, hn::Mul(re, wr)), d, to + at.re);
  hn::Store(hn::MulAdd(im, wr, hn::Mul(re, wi)), d, to + at.im);
}

template <int kRadix>
HWY_NOINLINE void SmallStage(const MapFft::Stage& stage, Parts at, MapLine in, MapLine out) {
  const D d;
  const std::ptrdiff_t in_step = kFftElement * in.step, out_step = kFftElement * out.step;
  const std::ptrdiff_t jump = in_step * stage.stride * stage.count, step = out_step * stage.stride;
  const float* w = stage.twiddles.data();
  for (int p = 0; p < stage.count; ++p, w += 2 * (kRadix - 1)) {
    const float* HWY_RESTRICT from = in.at + in_step * stage.stride * p;
    float* HWY_RESTRICT to = out.at + step * kRadix * p;
    for (int q = 0; q < stage.stride; ++q, from += in_step, to += out_step) {
      for (int c = 0; c < kFftLanes; c += kLanes) {
        V re[kRadix], im[kRadix];
        Unroll<0, kRadix>([&](auto j) AUIF_INLINE_LAMBDA {
          re[j] = hn::Load(d, from + c + j * jump + at.re);
          im[j] = hn::Load(d, from + c + j * jump + at.im);
        });
        Dft<kRadix>(re, im);
        hn::Store(re[0], d, to + c + at.re);
        hn::Store(im[0], d, to + c + at.im);
        Unroll<1, kRadix>([&](auto k) AUIF_INLINE_LAMBDA {
          StoreTwiddled(re[k], im[k], w + 2 * (k - 1), at, to + c + k * step);
        });
      }
    }
  }
}

// Any odd radix: with s_j = x_j + x_-j, d_j = x_j - x_-j,
//   y_+-k = x_0 + sum over 0 < j <= radix / 2 of cos(2 pi j k / radix) s_j
//                                             -+ i sin(2 pi j k / radix) d_j
// kRows values of k together.
template <int kRows>
HWY_INLINE void PrimeRows(const MapFft::Stage& stage, int k0, V re0, V im0, const float* w,
                          Parts at, const float* sums, std::ptrdiff_t step, float* to) {
  const D d;
  const int half = stage.radix / 2;
  V cr[kRows], ci[kRows], sr[kRows], si[kRows];
  Unroll<0, kRows>([&](auto k) AUIF_INLINE_LAMBDA {
    cr[k] = re0;
    ci[k] = im0;
    sr[k] = si[k] = hn::Zero(d);
  });
  const float* root = stage.roots.data() + 2 * static_cast<std::ptrdiff_t>(k0 - 1) * half;
  for (int j = 0; j < half; ++j, sums += 4 * kLanes, root += 2) {
    const V plus_re = hn::Load(d, sums), plus_im = hn::Load(d, sums + kLanes);
    const V minus_re = hn::Load(d, sums + 2 * kLanes), minus_im = hn::Load(d, sums + 3 * kLanes);
    Unroll<0, kRows>([&](auto k) AUIF_INLINE_LAMBDA {
      const V c = hn::Set(d, root[2 * k * half]), s = hn::Set(d, root[2 * k * half + 1]);
      cr[k] = hn::MulAdd(c, plus_re, cr[k]);
      ci[k] = hn::MulAdd(c, plus_im, ci[k]);
      sr[k] = hn::MulAdd(s, minus_re, sr[k]);
      si[k] = hn::MulAdd(s, minus_im, si[k]);
    });
  }
  Unroll<0, kRows>([&](auto k) AUIF_INLINE_LAMBDA {
    const int above = k0 + k, below = stage.radix - above;
    StoreTwiddled(hn::Add(cr[k], si[k]), hn::Sub(ci[k], sr[k]), w + 2 * (above - 1), at,
                  to + above * step);
    StoreTwiddled(hn::Sub(cr[k], si[k]), hn::Add(ci[k], sr[k]), w + 2 * (below - 1), at,
                  to + below * step);
  });
}

HWY_NOINLINE void PrimeStage(const MapFft::Stage& stage, Parts at, MapLine in, MapLine out) {
  const D d;
  constexpr int kRows = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64 ? 4 : 2;
  const int radix = stage.radix, half = radix / 2;
  const std::ptrdiff_t in_step = kFftElement * in.step, out_step = kFftElement * out.step;
  const std::ptrdiff_t jump = in_step * stage.stride * stage.count, step = out_step * stage.stride;
  HWY_ALIGN float sums[4 * kLanes * (kLargestRadix / 2)];
  const float* w = stage.twiddles.data();
  for (int p = 0; p < stage.count; ++p, w += 2 * (radix - 1)) {
    const float* HWY_RESTRICT from = in.at + in_step * stage.stride * p;
    float* HWY_RESTRICT to = out.at + step * radix * p;
    for (int q = 0; q < stage.stride; ++q, from += in_step, to += out_step) {
      for (int c = 0; c < kFftLanes; c += kLanes) {
        const float* x = from + c;
        const V re0 = hn::Load(d, x + at.re), im0 = hn::Load(d, x + at.im);
        V re = re0, im = im0;
        for (int j = 1; j <= half; ++j) {
          const float *a = x + j * jump, *b = x + (radix - j) * jump;
          const V ar = hn::Load(d, a + at.re), ai = hn::Load(d, a + at.im);
          const V br = hn::Load(d, b + at.re), bi = hn::Load(d, b + at.im);
          float* s = sums + 4 * kLanes * (j - 1);
          const V sr = hn::Add(ar, br), si = hn::Add(ai, bi);
          hn::Store(sr, d, s);
          hn::Store(si, d, s + kLanes);
          hn::Store(hn::Sub(ar, br), d, s + 2 * kLanes);
          hn::Store(hn::Sub(ai, bi), d, s + 3 * kLanes);
          re = hn::Add(re, sr);
          im = hn::Add(im, si);
        }
        hn::Store(re, d, to + c + at.re);
        hn::Store(im, d, to + c + at.im);
        int k = 1;
        for (; k + kRows <= half + 1; k += kRows) {
          PrimeRows<kRows>(stage, k, re0, im0, w, at, sums, step, to + c);
        }
        for (; k <= half; ++k) PrimeRows<1>(stage, k, re0, im0, w, at, sums, step, to + c);
      }
    }
  }
}

void RunStage(const MapFft::Stage& stage, bool inverse, MapLine in, MapLine out) {
  const Parts at = inverse ? Parts{kFftLanes, 0} : Parts{0, kFftLanes};
  switch (stage.radix) {
    case 2:
      return SmallStage<2>(stage, at, in, out);
    case 3:
      return SmallStage<3>(stage, at, in, out);
    case 4:
      return SmallStage<4>(stage, at, in, out);
    case 5:
      return SmallStage<5>(stage, at, in, out);
    case 8:
      return SmallStage<8>(stage, at, in, out);
    default:
      return PrimeStage(stage, at, in, out);
  }
}

// Multiplies `count` elements by complex numbers.
void RunMultiply(const float* factors, int count, bool inverse, MapLine in, MapLine out) {
  const D d;
  const Parts at = inverse ? Parts{kFftLanes, 0} : Parts{0, kFftLanes};
  const std::ptrdiff_t in_step = kFftElement * in.step, out_step = kFftElement * out.step;
  for (int n = 0; n < count; ++n, factors += 2, in.at += in_step, out.at += out_step) {
    for (int c = 0; c < kFftLanes; c += kLanes) {
      StoreTwiddled(hn::Load(d, in.at + c + at.re), hn::Load(d, in.at + c + at.im), factors, at,
                    out.at + c);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {
HWY_EXPORT(RunStage);
HWY_EXPORT(RunMultiply);

// exp(-2 pi i turns / of).
void AppendRoot(std::int64_t turns, std::int64_t of, std::vector<float>& to) {
  const double angle =
      2 * std::numbers::pi * static_cast<double>(turns % of) / static_cast<double>(of);
  to.push_back(static_cast<float>(std::cos(angle)));
  to.push_back(static_cast<float>(-std::sin(angle)));
}

// The radices of a length; empty where a prime factor is too large.
std::vector<int> Radices(int size) {
  std::vector<int> radices;
  int twos = 0;
  for (; size % 2 == 0; size /= 2) ++twos;
  // As few stages as there can be.
  while (twos > 0) {
    const int some = twos == 1 ? 1 : twos == 2 || twos == 4 ? 2 : 3;
    radices.push_back(1 << some);
    twos -= some;
  }
  for (int p = 3; size > 1; p += 2) {
    if (p > kLargestRadix) return {};
    for (; size % p == 0; size /= p) radices.push_back(p);
  }
  return radices;
}

// A length of factors 2, 3 and 5 that is not below `size`, and costs the least: passes by elements.
int SmoothLength(int size) {
  int best = 0;
  double least = 0;
  for (int length = size; best == 0 || length < size + size / 4; ++length) {
    const std::vector<int> radices = Radices(length);
    // The largest prime is the last one, or there are only twos.
    if (radices.empty() || (radices.back() > 5 && radices.back() != 8)) continue;
    const double cost = static_cast<double>(length) * static_cast<double>(radices.size());
    if (best == 0 || cost < least) best = length, least = cost;
  }
  return best;
}

}  // namespace

MapFft::MapFft(int size) : size_(size), longest_(size) {
  assert(size >= 1);
  const std::vector<int> radices = Radices(size);
  if (radices.empty() && size > 1) {
    chirp_.fft = std::make_unique<const MapFft>(SmoothLength(2 * size - 1));
    longest_ = chirp_.fft->size();
    // n n / 2 turns of `size`, so n n of 2 size.
    for (std::int64_t n = 0; n < size; ++n) AppendRoot(n * n, 2 * std::int64_t{size}, chirp_.chirp);
    Plane<float> a(kFftElement * longest_, 1), b(kFftElement * longest_, 1);
    for (int n = 0; n < size; ++n) {
      for (const int to : {n, (longest_ - n) % longest_}) {
        a.Row(0)[kFftElement * to] = chirp_.chirp[2 * n] / static_cast<float>(longest_);
        a.Row(0)[kFftElement * to + kFftLanes] =
            -chirp_.chirp[2 * n + 1] / static_cast<float>(longest_);
      }
    }
    const float* spectrum = chirp_.fft->RunWithin(false, a.Row(0), b.Row(0));
    for (int k = 0; k < longest_; ++k) {
      chirp_.filter.push_back(spectrum[kFftElement * k]);
      chirp_.filter.push_back(spectrum[kFftElement * k + kFftLanes]);
    }
    return;
  }
  int rest = size;
  for (const int radix : radices) {
    Stage stage{radix, rest / radix, size / rest, {}, {}};
    for (std::int64_t p = 0; p < stage.count; ++p) {
      for (std::int64_t k = 1; k < radix; ++k) AppendRoot(p * k, rest, stage.twiddles);
    }
    if (radix > 5 && radix != 8) {
      for (std::int64_t k = 1; k <= radix / 2; ++k) {
        for (std::int64_t j = 1; j <= radix / 2; ++j)
          AppendRoot(-j * k + radix * k, radix, stage.roots);
      }
    }
    stages_.push_back(std::move(stage));
    rest /= radix;
  }
}

float* MapFft::RunWithin(bool inverse, float* a, float* b) const {
  for (const Stage& stage : stages_) {
    HWY_DYNAMIC_DISPATCH(RunStage)(stage, inverse, {a}, {b});
    std::swap(a, b);
  }
  return a;
}

void MapFft::Run(bool inverse, MapLine in, MapLine out, float* a, float* b) const {
  const auto copy = [&](MapLine from, MapLine to) {
    for (int n = 0; n < size_; ++n) {
      std::copy_n(from.at + kFftElement * from.step * n, kFftElement,
                  to.at + kFftElement * to.step * n);
    }
  };
  if (chirp_.fft != nullptr) {
    const auto multiply = [&](const std::vector<float>& factors, MapLine from, MapLine to) {
      HWY_DYNAMIC_DISPATCH(RunMultiply)
      (factors.data(), static_cast<int>(factors.size() / 2), inverse, from, to);
    };
    if (in.at == b) std::swap(a, b);
    multiply(chirp_.chirp, in, {a});
    const auto used = static_cast<std::size_t>(kFftElement) * size_;
    std::fill_n(a + used, space() - used, 0.0f);
    float* spectrum = chirp_.fft->RunWithin(inverse, a, b);
    multiply(chirp_.filter, {spectrum}, {spectrum});
    float* sums = chirp_.fft->RunWithin(!inverse, spectrum, spectrum == a ? b : a);
    multiply(chirp_.chirp, {sums}, out);
    return;
  }
  const auto stages = static_cast<int>(stages_.size());
  if (stages == 0) return copy(in, out);
  // Every stage but the last writes to `a` and `b` in turn: not what it reads from, and the last
  // but one not what the last one writes to.
  if (out.at == (stages % 2 == 0 ? a : b) || in.at == a) std::swap(a, b);
  for (int i = 0; i < stages; ++i) {
    const bool last = i + 1 == stages;
    const MapLine to = last && in.at != out.at ? out : MapLine{a};
    HWY_DYNAMIC_DISPATCH(RunStage)(stages_[i], inverse, in, to);
    in = to;
    std::swap(a, b);
  }
  if (in.at != out.at) copy(in, out);
}

}  // namespace auif
#endif  // HWY_ONCE
