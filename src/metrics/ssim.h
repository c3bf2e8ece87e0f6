// SSIM, structural similarity: local agreement of brightness, contrast and structure.
//
//   SSIM(A, F) = mean of (2 mA mF + C1)(2 cAF + C2) / ((mA^2 + mF^2 + C1)(vA + vF + C2))
//   with the means m, variances v and covariance c in a window around each pixel that the whole
//   window fits around, C1 = (K1 L)^2, C2 = (K2 L)^2, L the data range
//
// SSIM of a fusion is the sum over both sources.
// Source: Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from
// error visibility to structural similarity", IEEE Trans. Image Processing 13, 2004.
// No unit. Range: -1 .. 1 per source. Higher is better. Undefined where the image is smaller than
// the window.
// Conventions differ in the window, the divisor of the covariance and the data range.
#pragma once

#include <vector>

#include "metrics/grey_view.h"

namespace auif::metrics {

struct SsimOptions {
  // One side of the separable window, with sum 1. Empty: Gaussian, 11 samples, sigma 1.5.
  std::vector<double> window;
  // Variances by N - 1 instead of N, N the number of pixels in the window.
  bool sample_covariance = false;
  double k1 = 0.01;
  double k2 = 0.03;
  double range = 255;  // L

  // scikit-image's defaults: a uniform window of 7x7 and sample covariances.
  static SsimOptions Uniform7(double range);
};

Score Ssim(GreyView source, GreyView fused, const SsimOptions& options = {});

}  // namespace auif::metrics
