#include "methods/low_pass.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace auif {
namespace {

// |1 - exp(-2 pi i k / n)|^2 for all k: the difference filter's power.
std::vector<double> DifferencePower(int n) {
  std::vector<double> power(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) power[k] = 2 - 2 * std::cos(2 * std::numbers::pi * k / n);
  return power;
}

}  // namespace

cv::Mat LowPass(const cv::Mat& image, double lambda) {
  constexpr int kPad = 16;
  cv::Mat padded, spectrum;
  cv::copyMakeBorder(image, padded, kPad, kPad, kPad, kPad, cv::BORDER_REFLECT);
  cv::dft(padded, spectrum, cv::DFT_COMPLEX_OUTPUT);
  const std::vector<double> rows = DifferencePower(padded.rows),
                            columns = DifferencePower(padded.cols);
  for (int y = 0; y < spectrum.rows; ++y) {
    auto* row = spectrum.ptr<cv::Vec2d>(y);
    for (int x = 0; x < spectrum.cols; ++x) row[x] /= 1 + lambda * (rows[y] + columns[x]);
  }
  cv::Mat smooth;
  cv::dft(spectrum, smooth, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
  return smooth(cv::Rect(kPad, kPad, image.cols, image.rows)).clone();
}

}  // namespace auif
