// Qabf: the share of both sources' edges that the fused image keeps.
#pragma once

#include "metrics/filters.h"
#include "metrics/grey_view.h"

namespace auif::metrics {

// The choices in which the paper and the widespread evaluations differ.
struct QabfOptions {
  // What the Sobel filter sees outside; the paper doesn't say.
  Border border = Border::kReplicate;
  // See EdgeKeeping; the paper folds the angles.
  bool fold_angles = true;
  // See EdgeKeeping; the paper's strength ratio is 1 there.
  bool equal_gives_strength = false;
};

// As the MATLAB and Python evaluations in use compute it (conventions cddfuse, tang, vifb).
inline constexpr QabfOptions kQabfInUse{Border::kZero, false, true};

// Q = sum (QAF gA + QBF gB) / sum (gA + gB) over all pixels, where gA, gB are the sources' Sobel
// edge strengths and QAF, QBF in 0..1 say how well strength and orientation of each edge are kept:
// QAF = 0.9994 / (1 + exp(-15 (G - 0.5))) * 0.9879 / (1 + exp(-22 (A - 0.8))),
// G = smaller / larger strength, A = 1 - 2 angle / pi.
// Source: C. Xydeas, V. Petrovic, "Objective image fusion performance measure", Electronics
// Letters 36(4), 2000. No unit, 0..1 (0.9745 for a perfect copy), higher is better, symmetric in
// A and B. Undefined where neither source has any edge.
Score Qabf(GreyView a, GreyView b, GreyView f, const QabfOptions& options = {});

}  // namespace auif::metrics
