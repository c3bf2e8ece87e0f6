// PSNR, peak signal-to-noise ratio: the mean squared error on a logarithmic scale.
//
//   PSNR = 10 log10(peak^2 / MSE),  MSE the mean of MSE(A, F) and MSE(B, F)
//
// Source: as for any image; see mse.h.
// Unit: decibels. Higher is better. Undefined (infinite) where the fused image equals both
// sources, and for a peak of 0.
// Conventions differ in the peak (255, or the fused image's maximum) and in the MSE (mse.h); a
// peak of 255 with the MSE of images in 0..1 gives values 48 dB too high.
#pragma once

#include "metrics/grey_view.h"
#include "metrics/mse.h"

namespace auif::metrics {

enum class Peak { k255, kFusedMaximum };

struct PsnrOptions {
  Peak peak = Peak::k255;
  MseOptions mse = {};
};

Score Psnr(GreyView a, GreyView b, GreyView fused, const PsnrOptions& options = {});

}  // namespace auif::metrics
