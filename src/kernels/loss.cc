#include "kernels/loss.h"

#include <array>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

#ifndef AUIF_TRAIN_LOSS_TYPES_
#define AUIF_TRAIN_LOSS_TYPES_
namespace auif {
namespace {

// The window's weights by distance from the centre: 0, 1 (side), 2 (corner).
std::array<float, 3> WindowWeights() {
  const double side = std::exp(-1 / (2 * 1.5 * 1.5));
  const double sum = (1 + 2 * side) * (1 + 2 * side);
  return {static_cast<float>(1 / sum), static_cast<float>(side / sum),
          static_cast<float>(side * side / sum)};
}

// Planes with a margin of zeros: a, b, c and the two means.
struct SsimMaps {
  PaddedPlane a, b, c, mx, my;
};

constexpr float kC1 = 0.01f * 0.01f;
constexpr float kC2 = 0.03f * 0.03f;

}  // namespace
}  // namespace auif
#endif

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, PaddedPlane::kMargin>;
using V = hn::Vec<D>;

// The sum of f(k) times the window's weights.
template <class F>
HWY_INLINE V WindowSum(const V* weights, const F& f) {
  V sum = hn::Mul(weights[2], f(0));
  for (int k = 1; k < 9; ++k) sum = hn::MulAdd(weights[k == 4 ? 0 : 2 - k % 2], f(k), sum);
  return sum;
}

// Fills the maps and adds up S and 1 - S.
void RunSsim(const PaddedPlane& x, const PaddedPlane& y, bool clip, float scale, SsimMaps& maps,
             double* sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const size_t width = static_cast<size_t>(x.width());
  const std::array<float, 3> window = WindowWeights();
  const V weights[3] = {hn::Set(d, window[0]), hn::Set(d, window[1]), hn::Set(d, window[2])};
  const V c1 = hn::Set(d, kC1), c2 = hn::Set(d, kC2), two = hn::Set(d, 2.0f);
  const V one = hn::Set(d, 1.0f), zero = hn::Zero(d), factor = hn::Set(d, scale);
  for (int row = 0; row < x.height(); ++row) {
    const float* xs[3] = {x.Row(row - 1), x.Row(row), x.Row(row + 1)};
    const float* ys[3] = {y.Row(row - 1), y.Row(row), y.Row(row + 1)};
    V ssim_sum = zero, loss_sum = zero;
    for (size_t i = 0; i < width; i += lanes) {
      V xv[9], yv[9];
      for (int k = 0; k < 9; ++k) {
        xv[k] = hn::LoadU(d, xs[k / 3] + i + k % 3 - 1);
        yv[k] = hn::LoadU(d, ys[k / 3] + i + k % 3 - 1);
      }
      const V mx = WindowSum(weights, [&](int k) AUIF_INLINE_LAMBDA { return xv[k]; });
      const V my = WindowSum(weights, [&](int k) AUIF_INLINE_LAMBDA { return yv[k]; });
      for (int k = 0; k < 9; ++k) {
        xv[k] = hn::Sub(xv[k], mx);
        yv[k] = hn::Sub(yv[k], my);
      }
      const V vx =
          WindowSum(weights, [&](int k) AUIF_INLINE_LAMBDA { return hn::Mul(xv[k], xv[k]); });
      const V vy =
          WindowSum(weights, [&](int k) AUIF_INLINE_LAMBDA { return hn::Mul(yv[k], yv[k]); });
      const V cov =
          WindowSum(weights, [&](int k) AUIF_INLINE_LAMBDA { return hn::Mul(xv[k], yv[k]); });
      const V a1 = hn::MulAdd(hn::Mul(two, mx), my, c1);
      const V a2 = hn::MulAdd(two, cov, c2);
      const V b1 = hn::MulAdd(mx, mx, hn::MulAdd(my, my, c1));
      const V b2 = hn::Add(hn::Add(vx, vy), c2);
      const V r = hn::Div(one, hn::Mul(b1, b2));
      const V s = hn::Mul(hn::Mul(a1, a2), r);
      V loss = hn::Sub(one, s);
      V f = factor;
      const auto inside = hn::FirstN(d, width - i);
      if (clip) {
        f = hn::IfThenElseZero(hn::And(hn::Ge(loss, zero), hn::Le(loss, one)), f);
        loss = hn::Min(hn::Max(loss, zero), one);
      }
      ssim_sum = hn::Add(ssim_sum, hn::IfThenElseZero(inside, s));
      loss_sum = hn::Add(loss_sum, hn::IfThenElseZero(inside, loss));
      f = hn::IfThenElseZero(inside, hn::Mul(two, f));
      // dS/dmy = 2 (mx a2 r - my S / b1), dS/dvy = -S / b2, dS/dcov = 2 a1 r.
      const V a = hn::NegMulAdd(my, hn::Div(s, b1), hn::Mul(mx, hn::Mul(a2, r)));
      hn::Store(hn::Mul(f, a), d, maps.a.Row(row) + i);
      hn::Store(hn::Neg(hn::Mul(f, hn::Div(s, b2))), d, maps.b.Row(row) + i);
      hn::Store(hn::Mul(f, hn::Mul(a1, r)), d, maps.c.Row(row) + i);
      hn::Store(mx, d, maps.mx.Row(row) + i);
      hn::Store(my, d, maps.my.Row(row) + i);
    }
    sums[0] += double{hn::GetLane(hn::SumOfLanes(d, ssim_sum))};
    sums[1] += double{hn::GetLane(hn::SumOfLanes(d, loss_sum))};
  }
}

// The gradient of row `row` (-1 and height are the continued rows) without the continued columns;
// `first` selects whether `to` is set or added to.
void RunSsimGradientRow(const PaddedPlane& x, const PaddedPlane& y, const SsimMaps& maps, int row,
                        bool first, float* HWY_RESTRICT to) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const std::array<float, 3> window = WindowWeights();
  const V weights[3] = {hn::Set(d, window[0]), hn::Set(d, window[1]), hn::Set(d, window[2])};
  const float* HWY_RESTRICT xs = x.Row(row);
  const float* HWY_RESTRICT ys = y.Row(row);
  for (size_t i = 0; i < static_cast<size_t>(x.width()); i += lanes) {
    const V xv = hn::Load(d, xs + i), yv = hn::Load(d, ys + i);
    V sum = first ? hn::Zero(d) : hn::Load(d, to + i);
    for (int dy = -1; dy <= 1; ++dy) {
      const int p = row + dy;
      if (p < 0 || p >= x.height()) continue;
      for (int dx = -1; dx <= 1; ++dx) {
        const ptrdiff_t at = static_cast<ptrdiff_t>(i) + dx;
        const auto load = [&](const PaddedPlane& map)
                              AUIF_INLINE_LAMBDA { return hn::LoadU(d, map.Row(p) + at); };
        V term = hn::MulAdd(load(maps.b), hn::Sub(yv, load(maps.my)), load(maps.a));
        term = hn::MulAdd(load(maps.c), hn::Sub(xv, load(maps.mx)), term);
        sum = hn::MulAdd(weights[dy * dy + dx * dx], term, sum);
      }
    }
    hn::Store(sum, d, to + i);
  }
}

// Adds the squared error's gradient and returns the sum of squares.
double RunSquares(const PaddedPlane& x, const PaddedPlane& y, float scale, PaddedPlane& dy) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  const size_t width = static_cast<size_t>(x.width());
  const V factor = hn::Set(d, 2 * scale);
  double total = 0;
  for (int row = 0; row < x.height(); ++row) {
    V sum = hn::Zero(d);
    for (size_t i = 0; i < width; i += lanes) {
      V e = hn::Sub(hn::Load(d, y.Row(row) + i), hn::Load(d, x.Row(row) + i));
      e = hn::IfThenElseZero(hn::FirstN(d, width - i), e);
      sum = hn::MulAdd(e, e, sum);
      hn::Store(hn::MulAdd(factor, e, hn::Load(d, dy.Row(row) + i)), d, dy.Row(row) + i);
    }
    total += double{hn::GetLane(hn::SumOfLanes(d, sum))};
  }
  return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {

HWY_EXPORT(RunSsim);
HWY_EXPORT(RunSsimGradientRow);
HWY_EXPORT(RunSquares);

// The gradient at a continued pixel beside the row: only the column next to it meets it.
float ContinuedGradient(const PaddedPlane& x, const PaddedPlane& y, const SsimMaps& maps, int row,
                        int column, int neighbour, const std::array<float, 3>& window) {
  float sum = 0;
  for (int p = std::max(0, row - 1); p <= std::min(x.height() - 1, row + 1); ++p) {
    const float term = maps.a.Row(p)[neighbour] +
                       maps.b.Row(p)[neighbour] * (y.Row(row)[column] - maps.my.Row(p)[neighbour]) +
                       maps.c.Row(p)[neighbour] * (x.Row(row)[column] - maps.mx.Row(p)[neighbour]);
    sum += window[1 + (p != row)] * term;
  }
  return sum;
}

}  // namespace

LossSums LossAndGradient(const LossWeights& weights, double pixels, const PaddedPlane& x,
                         const PaddedPlane& y, PaddedPlane* dy) {
  thread_local SsimMaps maps;
  const int w = x.width(), h = x.height();
  if (maps.a.size() != x.size()) {
    for (PaddedPlane* map : {&maps.a, &maps.b, &maps.c, &maps.mx, &maps.my}) {
      *map = PaddedPlane(w, h);
    }
  }
  double ssim_sums[2] = {0, 0};
  const float scale = static_cast<float>(-weights.ssim / (2 * pixels));
  HWY_DYNAMIC_DISPATCH(RunSsim)(x, y, weights.clip, scale, maps, ssim_sums);

  const std::array<float, 3> window = WindowWeights();
  // A row takes up the gradient of the continued row that repeats it.
  const auto add_row = [&](int row, int to, bool first) {
    float* out = dy->Row(to);
    HWY_DYNAMIC_DISPATCH(RunSsimGradientRow)(x, y, maps, row, first, out);
    out[1] += ContinuedGradient(x, y, maps, row, -1, 0, window);
    out[w - 2] += ContinuedGradient(x, y, maps, row, w, w - 1, window);
  };
  for (int row = 0; row < h; ++row) add_row(row, row, true);
  add_row(-1, 1, false);
  add_row(h, h - 2, false);

  LossSums sums;
  sums.squares =
      HWY_DYNAMIC_DISPATCH(RunSquares)(x, y, static_cast<float>(weights.mse / pixels), *dy);
  sums.ssim = ssim_sums[0];
  sums.dissimilarity = ssim_sums[1];
  return sums;
}

}  // namespace auif
#endif  // HWY_ONCE
