#include "methods/levels255.h"

#include <cmath>

#include "image/convert.h"

namespace auif {
namespace {

// 255 times the rounding error of a float in [0, 1].
constexpr double kRounding = 255 * 0x1p-24;

}  // namespace

cv::Mat Levels255(PlaneView<const float> plane) {
  cv::Mat levels(plane.height, plane.width, CV_64F);
  for (int y = 0; y < plane.height; ++y) {
    const float* row = plane.Row(y);
    double* to = levels.ptr<double>(y);
    for (int x = 0; x < plane.width; ++x) {
      const double level = 255 * double{row[x]}, whole = std::round(level);
      to[x] = std::abs(level - whole) <= kRounding ? whole : level;
    }
  }
  return levels;
}

void WriteLevels255(const cv::Mat& levels, PlaneView<float> out) {
  for (int y = 0; y < out.height; ++y) {
    const double* from = levels.ptr<double>(y);
    float* row = out.Row(y);
    for (int x = 0; x < out.width; ++x) {
      const double level = from[x];
      float value = static_cast<float>(level / 255);
      // Rounding to float must not carry a level of k + 0.5 to the other side.
      if (FromUnit<std::uint8_t>(value) < std::floor(level + 0.5) && value < 1) {
        value = std::nextafter(value, 2.0f);
      }
      row[x] = value;
    }
  }
}

}  // namespace auif
