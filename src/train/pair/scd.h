// SCD of a fused image, the sum of the correlations of differences, and its gradient.
//
//   SCD = r(a, F - b) + r(b, F - a)    r(x, y) = cov(x, y) / sqrt((var x + e)(var y + e)), e = 1e-8
//
// Source: V. Aslantas, E. Bendes, "A new image quality metric for image fusion: the sum of the
// correlations of differences", AEU Int. J. Electronics and Communications 69(12), 2015.
#pragma once

#include <array>

#include "auif/plane.h"
#include "train/pair/sums.h"

namespace auif::pair {

// T: float for training, double for the plain reference; both are the same steps.
template <typename T>
class Scd {
 public:
  explicit Scd(Size size)
      : sums_{ColumnSums(size.width), ColumnSums(size.width), ColumnSums(size.width)} {}

  // Images in [0, 1] of the constructor's size, which must stay as long as they are in use.
  void SetSources(PlaneView<const T> a, PlaneView<const T> b);
  double Forward(PlaneView<const T> fused);
  // Adds weight * dSCD/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  struct Source {
    PlaneView<const T> image;
    double mean = 0, variance = 0;
    // dr/dF = by_source (image - mean) + by_difference (difference - its mean).
    double by_source = 0, by_difference = 0, difference_mean = 0;
  };

  // r between a source and what F has beyond the other one.
  double Correlate(PlaneView<const T> fused, PlaneView<const T> other, Source* source);

  std::array<Source, 2> sources_;
  PlaneView<const T> fused_;
  std::array<ColumnSums, 3> sums_;
};

}  // namespace auif::pair
