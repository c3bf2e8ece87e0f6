#include "metrics/edge_preservation.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numbers>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "metrics/edge_preservation.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// Needs the target's macros of highway.h.
#include <hwy/contrib/math/math-inl.h>

#ifndef AUIF_METRICS_EDGE_BUFFERS
#define AUIF_METRICS_EDGE_BUFFERS
namespace auif::metrics {

// The edges of one row.
struct Edges {
  double *x, *y, *strength;
};

}  // namespace auif::metrics
#endif

HWY_BEFORE_NAMESPACE();
namespace auif::metrics {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Calls at(d, i) for blocks of i that cover 0..count-1.
template <class At>
HWY_INLINE void ForEachBlock(int count, At at) {
  const hn::ScalableTag<double> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= count; i += lanes) at(d, i);
  const hn::CappedTag<double, 1> one;
  for (; i < count; ++i) at(one, i);
}

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

void KeepEdges(const EdgeModel& model, const Edges& source, const Edges& fused, double* q,
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

// Finds the edges of one image row by row.
class EdgeFinder {
 public:
  EdgeFinder(GreyView image, const EdgeModel& model)
      : image_(image),
        model_(model),
        zeros_(Size(0)),
        smooth_(Size(2)),
        step_(Size(2)),
        x_(Size(0)),
        y_(Size(0)),
        strength_(Size(0)) {}

  Edges Row(int y) {
    const int width = image_.width;
    const double* above = Neighbour(y - 1, y + 1);
    const double* middle = image_.Row(y);
    const double* below = Neighbour(y + 1, y - 1);
    double* smooth = smooth_.data() + 1;
    double* step = step_.data() + 1;
    for (int x = 0; x < width; ++x) {
      smooth[x] = above[x] + 2 * middle[x] + below[x];
      step[x] = below[x] - above[x];
    }
    for (double* row : {smooth, step}) {
      row[-1] = Outside(row[0], row[std::min(1, width - 1)]);
      row[width] = Outside(row[width - 1], row[std::max(width - 2, 0)]);
    }
    const Edges edges{x_.data(), y_.data(), strength_.data()};
    HWY_DYNAMIC_DISPATCH(FindEdges)
    (smooth_.data(), step_.data(), model_.sobel_scale, edges, width);
    return edges;
  }

 private:
  std::size_t Size(int extra) const { return static_cast<std::size_t>(image_.width + extra); }
  // The value one step outside: `edge` is the nearest one, `inner` the one next to it.
  double Outside(double edge, double inner) const {
    if (model_.border == Border::kZero) return 0;
    return model_.border == Border::kMirror ? inner : edge;
  }
  // Row y, which may be one step outside; `opposite` is the row on the other side of the edge.
  const double* Neighbour(int y, int opposite) const {
    if (y >= 0 && y < image_.height) return image_.Row(y);
    if (model_.border == Border::kZero) return zeros_.data();
    const int inner = model_.border == Border::kMirror ? opposite : y;
    return image_.Row(std::clamp(inner, 0, image_.height - 1));
  }

  GreyView image_;
  const EdgeModel& model_;
  std::vector<double> zeros_, smooth_, step_, x_, y_, strength_;
};

}  // namespace

void VisitEdges(GreyView a, GreyView b, GreyView f, const EdgeModel& model,
                const std::function<void(const EdgeRow&)>& visit) {
  assert(SameSize(a, f) && SameSize(b, f));
  EdgeFinder find_a(a, model), find_b(b, model), find_f(f, model);
  std::vector<double> kept_a(static_cast<std::size_t>(f.width)), kept_b(kept_a.size());
  for (int y = 0; y < f.height; ++y) {
    const Edges in_a = find_a.Row(y), in_b = find_b.Row(y), in_f = find_f.Row(y);
    HWY_DYNAMIC_DISPATCH(KeepEdges)(model, in_a, in_f, kept_a.data(), f.width);
    HWY_DYNAMIC_DISPATCH(KeepEdges)(model, in_b, in_f, kept_b.data(), f.width);
    visit({in_a.strength, in_b.strength, in_f.strength, kept_a.data(), kept_b.data()});
  }
}

}  // namespace auif::metrics
#endif  // HWY_ONCE
