// EN, entropy: how much information the grey levels of the fused image carry.
//
//   EN = -sum_v p(v) log2 p(v),  p(v) the share of pixels of the level v, v = 0..255
//
// Source: J. W. Roberts, J. A. van Aardt, F. B. Ahmed, "Assessment of image fusion procedures using
// entropy, image quality, and multispectral classification", J. Appl. Remote Sens. 2, 2008.
// Unit: bits. Range: 0 (constant) .. 8 (all levels equally frequent). Higher is better.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

double Entropy(GreyView fused);

}  // namespace auif::metrics
