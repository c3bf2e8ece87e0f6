// NM, noise made: the noise in flat parts of the fused image against that of the noisier source.
//
//   NM = sqrt( N(F) / max( N(A), N(B), 1/12 ) ),   N(X) = mean over the flat blocks of v_b(X)
//   v_b(X) = 1/(36 * 64) sum over the block of (X * L)^2,   L = [1 -2 1; -2 4 -2; 1 -2 1]
//
// Blocks are of 8x8 pixels, side by side from pixel (1, 1) on, as far as L stays inside the image.
// v_b is the variance of white noise, since the squares of L sum to 36; L is blind to slopes and
// to straight edges along rows and columns. A block counts if no pixel of A, B or F in it is below
// 2.5 or above 252.5, where noise is cut off: a part that fusion turned black says nothing of
// noise. Of those that count the tenth (rounded up) with the smallest v_b(A) + v_b(B) is flat; of
// equal ones the first by rows. 1/12 is the variance of rounding to whole levels, which F has even
// where the sources are constant or have lost their noise to JPEG.
// Source: this project's own; the estimate is J. Immerkaer's, "Fast noise variance estimation",
// Computer Vision and Image Understanding 64(2), 1996, in its form with squares.
// No unit. Range: 0 .. ; 1: as noisy as the noisier source, whose copy gives 1. Lower is better,
// but blurring lowers it as well. Undefined where no block counts.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score NoiseMade(GreyView a, GreyView b, GreyView f);

}  // namespace auif::metrics
