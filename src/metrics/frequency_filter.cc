#include "metrics/frequency_filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>

namespace auif::metrics {

FrequencyFilter::FrequencyFilter(int width, int height, double pixels,
                                 const std::function<double(double)>& gain)
    : width_(width), height_(height), gain_(width / 2 + 1, height / 2 + 1) {
  // Coefficient x of n has the frequency 2 x / n: times n / pixels the size drops out.
  for (int y = 0; y < gain_.height(); ++y) {
    for (int x = 0; x < gain_.width(); ++x) {
      const double squared = static_cast<double>(x) * x + static_cast<double>(y) * y;
      gain_.Row(y)[x] = gain(2 * std::sqrt(squared) / pixels);
    }
  }
}

Plane<double> FrequencyFilter::Apply(GreyView in) const {
  assert((in.size() == Size{width_, height_}));
  Plane<double> out(width_, height_);
  if (out.empty()) return out;
  const cv::Mat image(height_, width_, CV_64F, const_cast<double*>(in.data),
                      static_cast<std::size_t>(in.stride) * sizeof(double));
  cv::Mat spectrum;
  cv::dft(image, spectrum, cv::DFT_COMPLEX_OUTPUT);
  for (int y = 0; y < height_; ++y) {
    const double* gain = gain_.Row(std::min(y, height_ - y));
    cv::Vec2d* row = spectrum.ptr<cv::Vec2d>(y);
    for (int x = 0; x < width_; ++x) row[x] *= gain[std::min(x, width_ - x)];
  }
  cv::Mat result(height_, width_, CV_64F, out.Row(0),
                 static_cast<std::size_t>(out.stride()) * sizeof(double));
  cv::dft(spectrum, result, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
  return out;
}

Plane<double> StretchToGreyLevels(GreyView in) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (int y = 0; y < in.height; ++y) {
    const double* row = in.Row(y);
    for (int x = 0; x < in.width; ++x) {
      low = std::min(low, row[x]);
      high = std::max(high, row[x]);
    }
  }
  if (!(high > low)) return {};
  Plane<double> out(in.width, in.height);
  for (int y = 0; y < in.height; ++y) {
    const double* from = in.Row(y);
    double* to = out.Row(y);
    for (int x = 0; x < in.width; ++x) {
      to[x] = static_cast<int>((from[x] - low) / (high - low) * 255 + 0.5);
    }
  }
  return out;
}

}  // namespace auif::metrics
