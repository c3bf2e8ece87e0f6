// FMI: the information about the sources' features that the fused image holds.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// What is compared (image_features.h).
enum class FmiFeature { kPixel, kDct, kWavelet };

// Mean over all 3x3 windows of the feature images of (I(A, F) + I(B, F)) / 2, where I is the
// normalised mutual information 2 MI / (H1 + H2) of two windows:
//  - A window, read column by column, is the distribution of a position k = 1..9: p_k is its value
//    minus the window's least one, divided by the sum of those; 1/9 each in a constant window. H is
//    its entropy.
//  - The joint distribution of two positions is t J + (1 - t) p q. J is the one of the largest
//    correlation r+ with the marginals p, q (both sorted alike: the cumulative one is min(P, Q)),
//    or, if the Pearson correlation c of the nine values p_k with the nine q_k is negative, the one
//    of the least correlation r- (sorted oppositely: max(P + Q - 1, 0)). t = c / r+ or c / r-. MI
//    follows from its entropy. c refers to values and r to positions, so t may exceed 1 and cells
//    of the mixture fall below 0; like the authors' program, these enter as -j log |j|, and an I
//    may exceed 1.
//  - I = 1 for windows with the same p (equal ones, and two constant ones), 0 where p or q sits on
//    one position.
// Sources: M. Haghighat, A. Aghagolzadeh, H. Seyedarabi, "A non-reference image fusion metric based
// on mutual information of image features", Computers and Electrical Engineering 37(5), 2011;
// M. Haghighat, M. A. Razian, "Fast-FMI: non-reference image fusion metric", AICT 2014; R. B.
// Nelsen, "Discrete bivariate distributions with given marginals and correlation", Communications
// in Statistics 16(1), 1987. No unit, about 0..1, higher is better, symmetric in A and B, 1 where
// the three images are equal, the same when an image's values are scaled and shifted (positive
// scale). Undefined where a side is below 3 pixels.
Score Fmi(GreyView a, GreyView b, GreyView f, FmiFeature feature);

}  // namespace auif::metrics
