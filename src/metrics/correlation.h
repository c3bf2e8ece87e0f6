// CC, correlation coefficient: how linearly the fused image follows a source.
//
//   r(A, F) = cov(A, F) / (sd(A) sd(F))  over all pixels
//
// CC of a fusion is the mean of r(A, F) and r(B, F).
// Source: M. Deshmukh, U. Bhosale, "Image fusion and image quality assessment of fused images",
// Int. J. Image Processing 4, 2010.
// No unit. Range: -1 .. 1. Higher is better. Undefined where an image is constant.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score Correlation(GreyView a, GreyView b);

}  // namespace auif::metrics
