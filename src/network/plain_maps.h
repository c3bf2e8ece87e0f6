// Maps as the plain references compute them: whole images, in double, nothing collapsed.
#pragma once

#include "auif/model.h"
#include "auif/plane.h"

namespace auif::plain {

using Map = Plane<double>;

// An image's levels, clamped to [0, 1]; NaN is 0.
Map ToMap(PlaneView<const float> image);
// Continues a map by reflection, `margin` values on each side.
Map Pad(const Map& x, int margin);
// Adds the `side` x `side` "valid" cross-correlation of x with a kernel to `out`, which is
// side - 1 smaller.
void AddConvolution(const Map& x, const float* kernel, int side, Map* out);
// Mean over the (2 * radius + 1)^2 box, with reflection.
Map Box(const Map& x, int radius);

// out = f(a, b) for every pixel.
template <typename F>
Map Combine(const Map& a, const Map& b, const F& f) {
  Map out(a.width(), a.height());
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < a.width(); ++i) out.Row(y)[i] = f(a.Row(y)[i], b.Row(y)[i]);
  }
  return out;
}
template <typename F>
Map Apply(const Map& a, const F& f) {
  return Combine(a, a, [&](double v, double) { return f(v); });
}

double Normalise(const BatchNorm& bn, double x);

// What the encoders begin with: B0 and D0 of a source.
Map InitialBase(const Map& source);
Map InitialDetail(const Map& source);
// One layer; source: what its fidelity term draws to. kink_distance: null, or lowered to the
// smallest magnitude that the layer's PReLU gets.
Map RunLayer(const ModelConfig& config, const Layer& layer, const Map& source, const Map& x,
             double* kink_distance = nullptr);

}  // namespace auif::plain
