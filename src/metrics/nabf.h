// Labf and Nabf: edges that the fusion lost, and edges that it made up.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// Shares of the sources' edge weight; kept + lost + added = 1.
struct EdgeBalance {
  double kept;            // Qabf with the constants below, 0..1, higher is better
  double lost;            // Labf, 0..1, lower is better
  double added;           // Nabf as Kumar modified it, 0..1, lower is better
  double added_petrovic;  // Nabf as first published: at least `added`, may exceed 1 (up to 2)
};

// Sobel edges (kernels over 8, mirrored border) of strength g and, per source,
// Q = sqrt(0.9999 / (1 + exp(-19 (G - 0.5))) * 0.9995 / (1 + exp(-22 (A - 0.5)))), with G and A as
// in qabf.h, and the weight w = g^1.5 where g >= 2, else 0.001. With W = sum (wA + wB):
//   kept  = sum (QAF wA + QBF wB) / W,
//   lost  = sum over r of ((1 - QAF) wA + (1 - QBF) wB) / W, r where gF <= gA or gF <= gB,
//   added = the same sum over the other pixels, where F has a stronger edge than both sources,
//   added_petrovic = sum over those of (2 - QAF - QBF) (wA + wB) / W.
// Sources: V. Petrovic, C. Xydeas, "Objective image fusion performance characterisation", ICCV
// 2005; B. K. Shreyamsha Kumar, "Multifocus and multispectral image fusion based on pixel
// significance using discrete cosine harmonic wavelet transform", Signal, Image and Video
// Processing 7(6), 2013. No unit, symmetric in A and B. Undefined for an empty image only.
std::optional<EdgeBalance> BalanceEdges(GreyView a, GreyView b, GreyView f);

// One number of it.
Score Labf(GreyView a, GreyView b, GreyView f);
Score Nabf(GreyView a, GreyView b, GreyView f);

}  // namespace auif::metrics
