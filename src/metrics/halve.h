// The halving between the scales of MefSsim and MsSsim.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// Means of blocks of 2x2 pixels; a last odd row or column is taken twice. Size
// ceil(height / 2) x ceil(width / 2).
Plane<double> Halve(GreyView in);

}  // namespace auif::metrics
