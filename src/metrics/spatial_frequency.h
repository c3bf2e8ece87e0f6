// SF, spatial frequency: how much neighbouring pixels of the fused image differ.
//
//   SF = sqrt(RF^2 + CF^2),  RF^2 = mean (F_ij - F_i,j-1)^2,  CF^2 = mean (F_ij - F_i-1,j)^2
//
// Source: A. M. Eskicioglu, P. S. Fisher, "Image quality measures and their performance", IEEE
// Trans. Communications 43, 1995 (there both sums are divided by mn).
// Unit: grey levels. Range: 0 .. 255 sqrt(2). Higher is better.
// Conventions differ in the divisor of the means, and in zeros that are appended to the image
// before differencing, which count its last row and column as edges. Some lay the channels of a
// colour image side by side.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

enum class DifferenceMean {
  kPixels,         // sums divided by mn
  kDifferences,    // by the number of differences, m(n-1) and (m-1)n
  kZerosAppended,  // a zero row below and a zero column to the right first; by mn
};

struct SpatialFrequencyOptions {
  DifferenceMean mean = DifferenceMean::kPixels;
};

// An image one pixel wide or high has no differences in that direction; they count as 0.
double SpatialFrequency(GreyView fused, const SpatialFrequencyOptions& options = {});

}  // namespace auif::metrics
