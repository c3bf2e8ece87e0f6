// NMI, normalised mutual information: MI without its preference for the source of higher entropy.
//
//   NMI = 2 [ I(A, F) / (H(A) + H(F)) + I(B, F) / (H(B) + H(F)) ]
//
// Source: M. Hossny, S. Nahavandi, D. Creighton, "Comments on 'Information measure for performance
// of image fusion'", Electronics Letters 44, 2008.
// No unit. Range: 0 .. 2. Higher is better. Undefined where a source and the fused image are both
// constant.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score NormalizedMutualInformation(GreyView a, GreyView b, GreyView fused);

}  // namespace auif::metrics
