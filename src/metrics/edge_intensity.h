// EI, edge intensity: the mean magnitude of the Sobel gradient of the fused image.
//
//   EI = mean sqrt(sx^2 + sy^2),  sx, sy by the Sobel operator without a scale, edge pixels
//   repeated outside
//
// Source: B. Rajalingam, R. Priya, "Hybrid multimodality medical image fusion technique for feature
// enhancement in medical diagnosis", Int. J. Engineering Science Invention 2, 2018.
// Unit: grey levels (eight times a central difference per pixel). Range: 0 .. 1020 sqrt(2). Higher
// is better.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

double EdgeIntensity(GreyView fused);

}  // namespace auif::metrics
