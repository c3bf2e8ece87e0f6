// Qcv: how strongly the eye sees the fused image differ from the salient parts of its sources.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// Each image is stretched to 0..255. Blocks of 16x16 pixels (the last ones padded with zeros)
// weigh by their salience, the sum of g^5 with g the Sobel strength (zeros outside). The
// difference source - fused is filtered by the eye's sensitivity
// 2.6 (0.0192 + 0.144 r) exp(-(0.144 r)^1.1) (frequency_filter.h, pixels = 8); its mean
// square over a block is the distortion D.
// Qcv = sum over blocks (wA DA + wB DB) / sum (wA + wB).
// Source: H. Chen, P. K. Varshney, "A human perception inspired quality metric for image fusion
// based on regional information", Information Fusion 8(2), 2007. Squared grey levels, at least 0,
// LOWER is better, symmetric in A and B, 0 where the three images are equal. Undefined where a
// image is constant.
Score Qcv(GreyView a, GreyView b, GreyView f);

}  // namespace auif::metrics
