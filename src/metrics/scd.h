// SCD, sum of the correlations of differences: what is in the fused image but not in one source
// should come from the other.
//
//   SCD = r(F - B, A) + r(F - A, B),  r the correlation coefficient
//
// Source: V. Aslantas, E. Bendes, "A new image quality metric for image fusion: the sum of the
// correlations of differences", AEU - Int. J. Electronics and Communications 69, 2015.
// No unit. Range: -2 .. 2. Higher is better. Undefined where a source or a difference is constant,
// so also where the fused image equals a source.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score Scd(GreyView a, GreyView b, GreyView fused);

}  // namespace auif::metrics
