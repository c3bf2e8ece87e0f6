// RMSE, root mean squared error: MSE in the unit of the pixels.
//
//   RMSE(A, F) = sqrt(MSE(A, F))
//
// RMSE of a fusion is the mean over both sources.
// Source: P. Jagalingam, A. V. Hegde, "A review of quality metrics for fused image", Aquatic
// Procedia 4, 2015.
// Unit: grey levels. Range: 0 .. 255. Lower is better.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

double Rmse(GreyView source, GreyView fused);

}  // namespace auif::metrics
