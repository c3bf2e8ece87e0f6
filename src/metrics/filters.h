// Image filters that several metrics share, all in double. Kernels are applied as correlations:
// out(x) = sum_k kernel[k] in(x + k - anchor).
#pragma once

#include <span>
#include <vector>

#include "metrics/grey_view.h"

namespace auif::metrics {

// What lies outside the image abcd.
enum class Border {
  kZero,       // 000|abcd|000
  kReplicate,  // aaa|abcd|ddd
  kSymmetric,  // cba|abcd|dcb
  kMirror,     // dcb|abcd|cba
};

// `size` samples of a Gaussian, centred, with sum 1.
std::vector<double> GaussianKernel(int size, double sigma);
// `size` equal values with sum 1.
std::vector<double> UniformKernel(int size);

// The positions where the whole kernel lies inside: (height - v + 1) x (width - h + 1); empty
// where the image is smaller than the kernel. `vertical` runs down the columns.
Plane<double> FilterValid(GreyView in, std::span<const double> vertical,
                          std::span<const double> horizontal);
// All positions; the kernels' sizes are odd, the anchor is the middle.
Plane<double> FilterSame(GreyView in, std::span<const double> vertical,
                         std::span<const double> horizontal, Border border);

// Rows and columns 0, 2, 4, ...: ceil(height / 2) x ceil(width / 2).
Plane<double> EverySecond(GreyView in);

// Pixelwise product.
Plane<double> Product(GreyView a, GreyView b);

// Derivatives to the right (x) and downwards (y), of the image's size.
struct Gradient {
  Plane<double> x, y;
};
// (next - previous) / 2, one-sided at the borders (MATLAB and NumPy call it `gradient`); 0 along
// a direction in which the image is one pixel long.
Gradient CentralGradient(GreyView in);
// Correlation with [-1 0 1; -2 0 2; -1 0 1] and its transpose, without a scale.
Gradient SobelGradient(GreyView in, Border border);

}  // namespace auif::metrics
