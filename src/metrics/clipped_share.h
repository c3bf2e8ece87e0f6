// Dark and Bright: how much of the fused image is as good as black or white.
//
//   Dark   = 100 * (pixels of F at or below level 5) / (mn)
//   Bright = 100 * (pixels of F at or above level 250) / (mn)
//
// Levels are the 256 of histogram.h, rounded. Source: this project's own.
// Unit: per cent. Range: 0 .. 100. Lower is better as long as the sources are not so themselves: a
// night scene is dark, so the fair comparison is with what the sources have, which the metrics of a
// copy of each tell.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

double DarkShare(GreyView fused);
double BrightShare(GreyView fused);

}  // namespace auif::metrics
