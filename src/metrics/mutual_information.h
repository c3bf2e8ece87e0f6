// MI, mutual information: how much the fused image tells about a source.
//
//   I(A, F) = H(A) + H(F) - H(A, F)  with the entropies H of the (joint) grey level histograms
//
// MI of a fusion is I(A, F) + I(B, F).
// Source: G. Qu, D. Zhang, P. Yan, "Information measure for performance of image fusion",
// Electronics Letters 38, 2002.
// Unit: bits or nats (1 bit = 0.693 nats). Range: 0 .. min(H(A), H(F)) per source. Higher is
// better. Conventions differ in the unit and in stretching each image to 0..255 first, which can
// merge or move levels by rounding but hardly changes the value.
#pragma once

#include "metrics/grey_view.h"
#include "metrics/histogram.h"

namespace auif::metrics {

struct MutualInformationOptions {
  LogBase base = LogBase::kBits;
  Levels levels = Levels::kRounded;
};

double MutualInformation(GreyView source, GreyView fused,
                         const MutualInformationOptions& options = {});

}  // namespace auif::metrics
