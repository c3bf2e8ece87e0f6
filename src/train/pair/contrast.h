// Standard deviation and spatial frequency of a fused image, with their gradients.
#pragma once

#include "auif/plane.h"
#include "train/pair/sums.h"

namespace auif::pair {

// SD = sqrt(mean (F - mean F)^2 + 1e-8), in the image's unit. The guard keeps the gradient of a
// constant image finite. T: float for training, double for the plain reference.
template <typename T>
class Deviation {
 public:
  explicit Deviation(Size size) : sum_(size.width), squares_(size.width) {}

  // The image must stay until Backward.
  double Forward(PlaneView<const T> fused);
  // Adds weight * dSD/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  ColumnSums sum_, squares_;
  PlaneView<const T> fused_;
  double mean_ = 0, value_ = 0;
};

// SF = sqrt(mean dx^2 + mean dy^2 + 1e-8), in the image's unit: dx and dy are the differences of
// neighbours in a row and in a column, each mean over all of them.
// Source: A. M. Eskicioglu, P. S. Fisher, "Image quality measures and their performance", IEEE
// Trans. Communications 43(12), 1995.
template <typename T>
class SpatialFrequency {
 public:
  explicit SpatialFrequency(Size size) : across_(size.width), down_(size.width) {}

  // The image, at least 2x2, must stay until Backward.
  double Forward(PlaneView<const T> fused);
  // Adds weight * dSF/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  ColumnSums across_, down_;
  PlaneView<const T> fused_;
  double value_ = 0;
};

}  // namespace auif::pair
