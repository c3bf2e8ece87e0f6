// The kernels of training in plain double: slow, but plain to read. For the tests only.
#pragma once

#include <vector>

#include "auif/plane.h"
#include "kernels/kernel5x5.h"
#include "kernels/loss.h"

namespace auif::reference {

using Map = Plane<double>;
using Maps = std::vector<Map>;  // one per image

// f(y, x) for every pixel of a map.
template <typename F>
void ForPixels(const Map& map, const F& f) {
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) f(y, x);
  }
}

// z of conv5x5.h. has_edges: the outermost ring has kernels of its own.
Map Convolve(const EdgeKernels& kernels, bool has_edges, const Map& x);
// Adds to dx and dkernels.
void ConvolveBackward(const EdgeKernels& kernels, bool has_edges, const Map& x, const Map& dz,
                      Map* dx, EdgeKernels* dkernels);

// The loss of one image as its share of the batch's, and its gradient.
double Loss(const LossWeights& weights, double pixels, const Map& x, const Map& y);
Map LossBackward(const LossWeights& weights, double pixels, const Map& x, const Map& y);

}  // namespace auif::reference
