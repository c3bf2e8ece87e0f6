// Scaling an image.
#pragma once

#include "auif/image.h"

namespace auif {

// The image at another size, with its channels, type and range: separable, by the cubic of Keys
// (a = -1/2), widened by the factor where it shrinks, so that nothing finer than the new pixels
// passes. Pixel centres lie at half integers; borders are repeated. Throws Error (kUsage) for an
// empty image or size.
Image Resampled(const Image& image, Size size);

}  // namespace auif
