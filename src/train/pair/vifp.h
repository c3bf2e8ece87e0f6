// VIFp of a fused image with both of its sources, and its gradient: how much of the information
// that a source holds for an eye the fused image keeps.
//
// At scale s = 1..4 the window is Gaussian with N = 2^(5-s) + 1 samples (17, 9, 5, 3), sigma N / 5,
// and lies wholly inside the image. Before each scale but the first, the images are filtered with
// its window and every second sample is kept, from the first on. In a window F is taken for a gain
// times the source R plus noise: with the variances vR, vF and the covariance c there,
//
//   gain g = c / (vR + t)    noise n = max(vF - g c, t)
//   VIFp(R, F) = sum ln(1 + g^2 vR / (n + e)) / (sum ln(1 + vR / e) + 1e-8)
//
// over all windows of all scales; g = 0 where c < 0 or a variance is below t. The eye's noise is
// e = 2 / 255^2 and t = 1e-10 / 255^2. The gradient takes the conditions and limits as constant.
//
// Source: H. R. Sheikh, A. C. Bovik, "Image information and visual quality", IEEE Trans. Image
// Processing 15, 2006, in its pixel domain form.
#pragma once

#include <array>
#include <vector>

#include "auif/plane.h"
#include "train/pair/window.h"

namespace auif::pair {

// T: float for training, double for the plain reference; both are the same steps.
template <typename T>
class Vifp {
 public:
  static constexpr int kMinSize = 41;  // the smallest width and height that has all scales

  explicit Vifp(Size size);

  // Images in [0, 1] of the constructor's size.
  void SetSources(PlaneView<const T> a, PlaneView<const T> b);
  // VIFp(a, F) + VIFp(b, F).
  double Forward(PlaneView<const T> fused);
  // Adds weight * dVIFp/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient);

 private:
  // What one source is at a scale; values less their mean over the image, so that differences of
  // squares keep digits.
  struct Source {
    Plane<T> image, product;  // product: with the fused image
    Plane<T> mean, variance;  // under the window; the variance 0 where it is below t
    Frame<T> to_product;      // the gradient of the mean of `product`
  };
  struct Scale {
    Window<T> window;
    Size size;
    std::array<Source, 2> sources;
    Plane<T> fused, square;
    Frame<T> to_mean, to_square;  // gradients of the means of `fused` and `square`
    // The gradient of what was filtered to be this scale's image: zeros but at every second sample.
    Frame<T> to_larger;
  };

  void Shrink(const Scale& to, PlaneView<const T> from, Plane<T>* out);
  // Returns its part of the sum of logarithms, weighted.
  double ForwardRow(Scale* scale, int y);

  std::vector<Scale> scales_;
  std::array<double, 2> factors_{};  // of the sums of logarithms in the result
  std::vector<T> buffer_, ratios_;
  std::array<std::vector<T>, 5> rows_;
};

}  // namespace auif::pair
