// Methods whose papers work on grey levels 0..255.
#pragma once

#include <opencv2/core.hpp>

#include "auif/plane.h"

namespace auif {

// The plane in 0..255, in double. Levels that came from 8 bits are whole numbers again, as they are
// in the papers' programs: v / 255 was rounded to float.
cv::Mat Levels255(PlaneView<const float> plane);

// Writes levels 0..255 to a plane in [0, 1] such that they round to 8 bits as they are: half up.
void WriteLevels255(const cv::Mat& levels, PlaneView<float> out);

}  // namespace auif
