// SSIM of a fused image with both of its sources, and its gradient.
//
// The mean over all positions of a uniform 7x7 window that lies inside the image, of
//
//   (2 mR mF + C1)(2 c + C2) / ((mR^2 + mF^2 + C1)(vR + vF + C2))
//
// where m are means in the window, v and c variances and covariance (samples': 49/48 of the means
// of squares). C1 = 4e-4 / 255^2 is the one of evaluations that take the range 2 for images of
// 0..255; their C2 of 3.6e-3 / 255^2 would let the gradient in flat windows grow too far, so C2 =
// 0.5 / 255^2, about as much as rounding to 8 bits adds.
//
// Source: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from
// error visibility to structural similarity", IEEE Trans. Image Processing 13(4), 2004.
#pragma once

#include <array>
#include <vector>

#include "auif/plane.h"
#include "train/pair/sums.h"
#include "train/pair/window.h"

namespace auif::pair {

// T: float for training, double for the plain reference; both are the same steps.
template <typename T>
class Ssim {
 public:
  explicit Ssim(Size size);  // at least 7x7

  // Images in [0, 1] of the constructor's size.
  void SetSources(PlaneView<const T> a, PlaneView<const T> b);
  // SSIM(a, F) + SSIM(b, F).
  double Forward(PlaneView<const T> fused);
  // Adds weight * dSSIM/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient);

 private:
  // Values less their mean over the image, so that differences of squares keep digits.
  struct Source {
    T offset = 0;             // the mean that was taken away
    Plane<T> image, product;  // product: with the fused image
    Plane<T> mean, variance;
    Frame<T> to_product;  // the gradient of the mean of `product`
  };

  Window<T> window_;
  Size size_, valid_;
  std::array<Source, 2> sources_;
  T fused_offset_ = 0;
  Plane<T> fused_, square_;
  Frame<T> to_mean_, to_square_;  // gradients of the means of `fused` and `square`
  std::vector<T> buffer_;
  std::array<std::vector<T>, 4> rows_;
  ColumnSums sum_;
};

}  // namespace auif::pair
