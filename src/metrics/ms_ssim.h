// MS-SSIM: structural similarity of two images over five scales. For a fusion: the fused image
// against each source.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// MS-SSIM of two images: product over the scales s = 1..5 of the mean over the image of
// cs = (2 cov + C2) / (var1 + var2 + C2), at the last scale of cs * (2 mu1 mu2 + C1) /
// (mu1^2 + mu2^2 + C1), each raised to the weight 0.0448, 0.2856, 0.3001, 0.2363, 0.1333. Means,
// variances and covariances in an 11x11 Gaussian window of sigma 1.5 that lies inside the image;
// C1 = (0.01 * 255)^2, C2 = (0.03 * 255)^2; between the scales the image is halved (halve.h).
// Source: Z. Wang, E. P. Simoncelli, A. C. Bovik, "Multi-scale structural similarity for image
// quality assessment", Asilomar Conference 2003. No unit, 0..1, 1 only for equal images, higher
// is better, symmetric. Undefined where a side is below 161 pixels (the coarsest scale would be
// smaller than the window; fewer scales would be another measure). A negative mean, which has no
// real power, counts as 0.
Score MsSsim(GreyView x, GreyView y);

}  // namespace auif::metrics
