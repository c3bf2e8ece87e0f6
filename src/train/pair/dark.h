// How far a fused image is black where its sources are not, and its gradient.
//
//   the mean over all pixels of [0.03 - F]+ where the larger source M > 0.03, else 0
#pragma once

#include "auif/plane.h"
#include "train/pair/sums.h"

namespace auif::pair {

// T: float for training, double for the plain reference; both are the same steps.
template <typename T>
class Dark {
 public:
  static constexpr double kLevel = 0.03;  // about 8 of 255

  explicit Dark(Size size) : sum_(size.width) {}

  // The larger one of the sources at each pixel; it must stay as long as it is in use.
  void SetLarger(PlaneView<const T> larger) { larger_ = larger; }
  // The image must stay until Backward.
  double Forward(PlaneView<const T> fused);
  // Adds weight * d/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  PlaneView<const T> larger_, fused_;
  ColumnSums sum_;
};

}  // namespace auif::pair
