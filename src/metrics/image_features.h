// Images of transform coefficients, for the feature mutual information.
#pragma once

#include "metrics/grey_view.h"

namespace auif::metrics {

// The orthonormal two-dimensional DCT-II of the whole image, of its size.
Plane<double> CosineTransform(GreyView in);

// One level of the wavelet transform with the 62-tap discrete Meyer filters ("dmey"), the image
// continued by reflection (the edge pixel taken twice). The four bands lie side by side:
// approximation and horizontal detail above vertical and diagonal detail, each of
// floor((n + 61) / 2) coefficients a side.
Plane<double> MeyerTransform(GreyView in);

}  // namespace auif::metrics
