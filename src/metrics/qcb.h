// Qcb: the sources' local contrast, as the eye sees it, that the fused image keeps.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// Each image is stretched to 0..255 and filtered by the eye's contrast sensitivity
// exp(-(r / 15.387)^2) - 0.7622 exp(-(r / 1.3456)^2) (frequency_filter.h, pixels = 30).
// C = |blurred with sigma 2 / blurred with sigma 4 - 1| is its contrast (Gaussian windows of 31x31,
// zeros outside), C' = C^3 / (C^2 + 0.0001) the perceived one. A source's contrast is kept to
// smaller / larger of its and the fused C'; a source weighs by C'^2. Mean over all pixels of
// (C'A^2 keptA + C'B^2 keptB) / (C'A^2 + C'B^2).
// Source: Y. Chen, R. S. Blum, "A new automated quality assessment algorithm for image fusion",
// Image and Vision Computing 27(10), 2009. No unit, 0..1, higher is better, symmetric in A and B;
// 1 where the three images are equal. Undefined where an image is constant.
Score Qcb(GreyView a, GreyView b, GreyView f);

}  // namespace auif::metrics
