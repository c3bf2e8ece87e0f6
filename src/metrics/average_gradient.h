// AG, average gradient: how sharp the fused image is.
//
//   AG = mean sqrt( (gx^2 + gy^2) / 2 ),  gx, gy the derivatives to the right and downwards
//
// Source: G. Cui, H. Feng, Z. Xu, Q. Li, Y. Chen, "Detail preserved fusion of visible and infrared
// images using regional saliency extraction and multi-scale image decomposition", Optics
// Communications 341, 2015.
// Unit: grey levels per pixel. Range: 0 .. 255. Higher is better.
// Conventions differ in the derivative and in the divisor: MATLAB programs take its `gradient`
// (central, one-sided at the borders) at all mn pixels and divide the sum by (m-1)(n-1).
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

enum class AverageGradientForm {
  kForward,       // next - this, at the (m-1)(n-1) pixels that have both neighbours
  kCentral,       // central differences at all mn pixels, divided by mn
  kCentralInner,  // the same sum, divided by (m-1)(n-1)
};

struct AverageGradientOptions {
  AverageGradientForm form = AverageGradientForm::kForward;
};

// Undefined for an image one pixel wide or high.
Score AverageGradient(GreyView fused, const AverageGradientOptions& options = {});

}  // namespace auif::metrics
