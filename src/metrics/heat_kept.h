// HK, heat kept: how far what is hot still stands out.
//
//   HK = C(F) / C(A),   C(X) = mean of X over T - mean of X over S
//
// T, the target, is the hottest percent of the infrared image A: the pixels at or above its highest
// level (of 256, rounded) that a hundredth of the pixels reach. Ties all belong to T, so it may be
// larger than a percent; where that leaves no surroundings the metric is undefined. S, the
// surroundings, are the pixels whose Chebyshev distance to the nearest of T is above 4, so that a
// blurred rim counts for neither, and at most 16.
// Source: this project's own; C is the target-to-background contrast of the literature on small
// infrared targets, as in C. Gao et al., "Infrared patch-image model for small target detection in
// a single image", IEEE Trans. Image Processing 22(12), 2013, with one background for all targets.
// No unit. Range: about 0 .. 1; a copy of A gives 1, more says that heat stands out more than in A,
// less than 0 that what is hot became darker than what is around it. Higher is better.
// Undefined where there is no S or C(A) < 1 grey level.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score HeatKept(GreyView a, GreyView f);

}  // namespace auif::metrics
