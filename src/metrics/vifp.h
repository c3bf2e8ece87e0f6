// VIFp, pixel-domain visual information fidelity: the share of a source's information that an eye
// still finds in the fused image.
//
//   VIFp(A, F) = sum log10(1 + g^2 vA / (vN + n)) / sum log10(1 + vA / n)
//   over all windows of four scales, with the model of visual_information.h, n = 2 the variance of
//   the eye's noise
//
// VIFp of a fusion is the sum over both sources.
// Source: H. R. Sheikh, A. C. Bovik, "Image information and visual quality", IEEE Trans. Image
// Processing 15, 2006, in the form of the authors' pixel-domain program.
// No unit. Range: 0 .. 1 per source, above 1 where the fused image has more contrast. Higher is
// better. Undefined for a constant source, which has no information, and for images too small
// for four scales (41 pixels suffice).
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

struct VifpOptions {
  // 0/0 counts as 1: nothing was there, nothing was lost.
  bool constant_is_one = false;
};

Score Vifp(GreyView source, GreyView fused, const VifpOptions& options = {});

}  // namespace auif::metrics
