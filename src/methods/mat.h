// Planes as OpenCV sees them.
#pragma once

#include <opencv2/core.hpp>

#include "auif/plane.h"

namespace auif {

// The plane's own values, not a copy; OpenCV has no type for what may not be written.
inline cv::Mat AsMat(PlaneView<const float> plane) {
  return cv::Mat(plane.height, plane.width, CV_32F, const_cast<float*>(plane.data),
                 sizeof(float) * static_cast<std::size_t>(plane.stride));
}

}  // namespace auif
