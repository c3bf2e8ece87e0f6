// SD, standard deviation: the contrast of the fused image.
//
//   SD = sqrt( 1/(mn) sum_ij (F_ij - mean)^2 )
//
// Source: Y.-J. Rao, "In-fibre Bragg grating sensors", Meas. Sci. Technol. 8, 1997, which is what
// the fusion literature cites.
// Unit: grey levels. Range: 0 .. 127.5. Higher is better.
// Conventions differ in what the mean is taken over: the image, or each column for itself (what
// MATLAB's mean of a matrix gives), which leaves out the contrast between columns.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

enum class MeanOver { kImage, kColumn };

struct StandardDeviationOptions {
  MeanOver mean = MeanOver::kImage;
};

double StandardDeviation(GreyView fused, const StandardDeviationOptions& options = {});

}  // namespace auif::metrics
