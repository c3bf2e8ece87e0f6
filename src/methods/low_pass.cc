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
  cv::Mat padded;
  cv::copyMakeBorder(image, padded, kPad, kPad, kPad, kPad, cv::BORDER_REFLECT);
  SolvePeriodic(padded, lambda);
  return padded(cv::Rect(kPad, kPad, image.cols, image.rows)).clone();
}

void SolvePeriodic(cv::Mat& image, double lambda) {
  cv::Mat spectrum;
  cv::dft(image, spectrum, cv::DFT_COMPLEX_OUTPUT);
  const std::vector<double> rows = DifferencePower(image.rows),
                            columns = DifferencePower(image.cols);
  for (int y = 0; y < spectrum.rows; ++y) {
    auto* row = spectrum.ptr<cv::Vec2d>(y);
    for (int x = 0; x < spectrum.cols; ++x) row[x] /= 1 + lambda * (rows[y] + columns[x]);
  }
  cv::dft(spectrum, image, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
}

}  // namespace auif
