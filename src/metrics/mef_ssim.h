// MEF-SSIM: structural quality of a multi-exposure fusion, here of A and B.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// Three scales (halve.h), their scores raised to the weights 0.0448, 0.2856, 0.3001 (divided by
// their sum) and multiplied. The score of a scale is the mean over all positions of an 11x11
// window of (2 cov(r, f) + C) / (var(r) + var(f) + C), taken with Gaussian weights (sigma 1.5),
// C = (0.03 * 255)^2, where f is the fused block and r the wanted one, built from the source
// blocks v_k (121 vectors; mu_k the block's mean):
//   contrast     e_k = |v_k - mu_k| + 0.001,
//   consistency  R = (|sum_k (v_k - mu_k)| + eps) / (sum_k |v_k - mu_k| + eps),
//   exponent     p = min(tan(pi R / 2), 10),
//   weights      w_k = (e_k / 11)^p + eps, divided by their sum,
//   r = sum_k w_k (v_k - mu_k) / e_k, scaled to the length max_k e_k.
// Source: K. Ma, K. Zeng, Z. Wang, "Perceptual quality assessment for multi-exposure image
// fusion", IEEE Transactions on Image Processing 24(11), 2015; 1 where the fused image is the
// wanted one everywhere. No unit, 0..1, higher is better, symmetric in A and B, blind to a
// constant that is added to the fused image. Undefined where a side is below 41 pixels (the
// coarsest scale would be smaller than the window); a scale of negative score counts as 0.
Score MefSsim(GreyView a, GreyView b, GreyView f);

}  // namespace auif::metrics
