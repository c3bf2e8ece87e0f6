// MSE, mean squared error: how far the fused image is from a source.
//
//   MSE(A, F) = 1/(mn) sum_ij (A_ij - F_ij)^2
//
// MSE of a fusion is the mean over both sources.
// Source: as for any image; e.g. J. Ma, Y. Ma, C. Li, "Infrared and visible image fusion methods
// and applications: a survey", Information Fusion 45, 2019, eq. 27.
// Unit: squared grey levels of 0..range. Range: 0 .. range^2. Lower is better.
// Conventions differ in the data's range (255 or 1), and one calls sqrt(sum (A - F)^2) / (mn) by
// this name.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

enum class SquaredErrorForm {
  kMean,         // sum / (mn)
  kNormByCount,  // sqrt(sum) / (mn): an L2 norm divided by the number of pixels
};

struct MseOptions {
  double range = 255;  // the images' 0..255 are scaled to 0..range first
  SquaredErrorForm form = SquaredErrorForm::kMean;
};

double Mse(GreyView source, GreyView fused, const MseOptions& options = {});

}  // namespace auif::metrics
