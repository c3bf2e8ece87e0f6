// What every metric takes and gives.
//
// Conventions of this folder, stated once: A is the infrared image, B the visible one, F the
// fused one, all of one size (asserted), m rows and n columns, values 0..255 unless the metric
// says otherwise. A metric is a pure function; the choices in which publications differ are its
// options. Where a metric is undefined (a constant image has no correlation) it gives nullopt,
// never a NaN.
#pragma once

#include <optional>

#include "auif/plane.h"

namespace auif::metrics {

using GreyView = PlaneView<const double>;
using Score = std::optional<double>;

inline bool SameSize(GreyView a, GreyView b) { return a.size() == b.size(); }

// The number of pixels, as a divisor.
inline double PixelCount(GreyView image) { return static_cast<double>(image.width) * image.height; }

}  // namespace auif::metrics
