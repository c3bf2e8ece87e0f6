#include "kernels/edge_preservation.h"

#include <numbers>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/edge_preservation.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// Needs the target's macros of highway.h.
#include <hwy/contrib/math/math-inl.h>

#include "kernels/blocks-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif::metrics {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `smooth` = above + 2 middle + below and `step` = below - above, both from column -1 on.
void FindEdges(const double* smooth, const double* step, double scale, const Edges& out,
               int count) {
  ForEachBlock(count, [&](auto d, int i) HWY_ATTR {
    const auto factor = hn::Set(d, scale);
    const auto middle = hn::LoadU(d, step + i + 1);
    const auto sides = hn::Add(hn::LoadU(d, step + i), hn::LoadU(d, step + i + 2));
    const auto x = hn::Mul(hn::Sub(hn::LoadU(d, smooth + i + 2), hn::LoadU(d, smooth + i)), factor);
    const auto y = hn::Mul(hn::Add(sides, hn::Add(middle, middle)), factor);
    hn::StoreU(x, d, out.x + i);
    hn::StoreU(y, d, out.y + i);
    hn::StoreU(hn::Sqrt(hn::Add(hn::Mul(x, x), hn::Mul(y, y))), d, out.strength + i);
  });
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V Apply(D d, const Logistic& curve, V x) {
  const V exponent = hn::Mul(hn::Set(d, -curve.slope), hn::Sub(x, hn::Set(d, curve.middle)));
  return hn::Div(hn::Set(d, curve.scale), hn::Add(hn::Set(d, 1.0), hn::Exp(d, exponent)));
}

// Turns (x, y), y downwards, by half a turn unless it points to the right or straight upwards.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void PointRight(D d, V& x, V& y) {
  const V zero = hn::Zero(d);
  const auto steep = hn::Eq(x, zero);
  const auto left = hn::Lt(x, zero);
  const V length = hn::Abs(y);
  const V up = hn::Neg(hn::IfThenElse(hn::Eq(length, zero), hn::Set(d, 1.0), length));
  y = hn::IfThenElse(steep, up, hn::IfThenElse(left, hn::Neg(y), y));
  x = hn::Abs(x);
}

void KeepEdges(const EdgeKeeping& model, const Edges& source, const Edges& fused, double* q,
               int count) {
  ForEachBlock(count, [&](auto d, int i) HWY_ATTR {
    const auto zero = hn::Zero(d);
    const auto strength_s = hn::LoadU(d, source.strength + i);
    const auto strength_f = hn::LoadU(d, fused.strength + i);
    const auto larger = hn::Max(strength_s, strength_f);
    const auto smaller = hn::Min(strength_s, strength_f);
    auto ratio = hn::IfThenElse(hn::Eq(smaller, zero), zero, hn::Div(smaller, larger));
    if (model.equal_gives_strength) {
      ratio = hn::IfThenElse(hn::Eq(strength_s, strength_f), strength_f, ratio);
    }

    auto sx = hn::LoadU(d, source.x + i), sy = hn::LoadU(d, source.y + i);
    auto fx = hn::LoadU(d, fused.x + i), fy = hn::LoadU(d, fused.y + i);
    PointRight(d, sx, sy);
    PointRight(d, fx, fy);
    // One arc tangent gives the angle between both, exactly 0 where they are parallel.
    const auto cross = hn::Abs(hn::Sub(hn::Mul(sx, fy), hn::Mul(sy, fx)));
    const auto dot = hn::Add(hn::Mul(sx, fx), hn::Mul(sy, fy));
    auto angle = hn::Atan(d, hn::Div(cross, hn::Abs(dot)));
    if (!model.fold_angles) {
      const auto obtuse = hn::Sub(hn::Set(d, std::numbers::pi), angle);
      angle = hn::IfThenElse(hn::Lt(dot, zero), obtuse, angle);
    }
    const auto alignment =
        hn::Sub(hn::Set(d, 1.0), hn::Mul(angle, hn::Set(d, 2.0 / std::numbers::pi)));

    auto kept = hn::Mul(Apply(d, model.strength, ratio), Apply(d, model.orientation, alignment));
    if (model.square_root) kept = hn::Sqrt(kept);
    hn::StoreU(kept, d, q + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace auif::metrics
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif::metrics {
namespace {
HWY_EXPORT(FindEdges);
HWY_EXPORT(KeepEdges);
}  // namespace

void FindEdges(const double* smooth, const double* step, double scale, const Edges& out,
               int count) {
  HWY_DYNAMIC_DISPATCH(FindEdges)(smooth, step, scale, out, count);
}

void KeepEdges(const EdgeKeeping& model, const Edges& source, const Edges& fused, double* q,
               int count) {
  HWY_DYNAMIC_DISPATCH(KeepEdges)(model, source, fused, q, count);
}

}  // namespace auif::metrics
#endif  // HWY_ONCE
