// VIF (VIFF), visual information fidelity for fusion: VIF of a fused image against whichever
// source it copies with the smaller gain at each place.
//
//   VIFF = sum_s w_s [ sum log10(1 + g^2 v / (vN + n)) + eps ] / [ sum log10(1 + v / n) + eps ]
//   over four scales s with weights (1, 0, 0.15, 1) / 2.15, with the model of
//   visual_information.h; at each pixel g, v, vN are those of the source with the smaller g (the
//   visible one where they are equal); n = 0.005 * 255^2; eps = 1e-7 per pixel
//
// Source: Y. Han, Y. Cai, Y. Cao, X. Xu, "A new image fusion performance metric based on visual
// information fidelity", Information Fusion 14, 2013.
// No unit. Range: 0 .. about 1, above where the fused image has more contrast. Higher is better.
// Undefined for images too small for four scales (41 pixels suffice).
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

Score Viff(GreyView a, GreyView b, GreyView fused);

}  // namespace auif::metrics
