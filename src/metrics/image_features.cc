#include "metrics/image_features.h"

#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "metrics/filters.h"

namespace auif::metrics {
namespace {

// The orthonormal DCT-II of every row. cv::dct wants even lengths; the DFT of a row that is
// followed by its mirror image gives the same for all.
cv::Mat TransformRows(const cv::Mat& in) {
  const int n = in.cols;
  cv::Mat mirrored(in.rows, 2 * n, CV_64F);
  in.copyTo(mirrored.colRange(0, n));
  cv::flip(in, mirrored.colRange(n, 2 * n), 1);
  cv::Mat spectrum;
  cv::dft(mirrored, spectrum, cv::DFT_ROWS | cv::DFT_COMPLEX_OUTPUT);
  cv::Mat out(in.rows, n, CV_64F);
  for (int k = 0; k < n; ++k) {
    const double scale = k == 0 ? 0.5 / std::sqrt(n) : std::sqrt(0.5 / n);
    const double angle = std::numbers::pi * k / (2.0 * n);
    const double cosine = scale * std::cos(angle), sine = scale * std::sin(angle);
    for (int y = 0; y < in.rows; ++y) {
      const cv::Vec2d& value = spectrum.at<cv::Vec2d>(y, k);
      out.at<double>(y, k) = value[0] * cosine + value[1] * sine;
    }
  }
  return out;
}

// The filters' two symmetric halves: the low-pass h(t) for t = 0..30, the high-pass is
// -(-1)^t h(t). These are the values that wavelet toolboxes know as "dmey".
constexpr std::array<double, 31> kMeyer{
    0.7445855923188063,      0.44459300275757724,     -0.035087555656258346,
    -0.13284520043622938,    0.030655091960824263,    0.0637390243228016,
    -0.024348745906078023,   -0.03213079399021176,    0.017423434103729693,
    0.015270015130934803,    -0.011061496392513451,   -0.006387718318497156,
    0.006045814097323304,    0.002202534100911002,    -0.002704672124643725,
    -0.0006011502343516092,  6.554305930575149e-05,   -1.6312699734552807e-05,
    3.20544191334478e-06,    7.367572885903746e-07,   -1.489549216497156e-06,
    1.1307947017916706e-06,  -5.506340565252278e-07,  1.1783004497663934e-07,
    8.200680650386481e-08,   -1.0866516536735883e-07, 6.066975741351135e-08,
    -1.0798819539621958e-08, -1.111944952595278e-08,  8.519459636796214e-09,
    -1.009999956941423e-12};
constexpr int kReach = static_cast<int>(kMeyer.size()) - 1;

std::vector<double> MeyerKernel(bool high) {
  std::vector<double> kernel(2 * kMeyer.size() - 1);
  for (int t = -kReach; t <= kReach; ++t) {
    const double value = kMeyer[static_cast<std::size_t>(std::abs(t))];
    kernel[static_cast<std::size_t>(t + kReach)] = high && t % 2 == 0 ? -value : value;
  }
  return kernel;
}

// The position in 0..size-1 that stands for `i` in an image continued by reflection.
int Reflected(int i, int size) {
  const int period = 2 * size, phase = ((i % period) + period) % period;
  return phase < size ? phase : period - 1 - phase;
}

}  // namespace

Plane<double> CosineTransform(GreyView in) {
  Plane<double> out(in.width, in.height);
  if (out.empty()) return out;
  const cv::Mat image(in.height, in.width, CV_64F, const_cast<double*>(in.data),
                      static_cast<std::size_t>(in.stride) * sizeof(double));
  const cv::Mat columns = TransformRows(TransformRows(image).t());
  cv::Mat result(in.height, in.width, CV_64F, out.Row(0),
                 static_cast<std::size_t>(out.stride()) * sizeof(double));
  cv::transpose(columns, result);
  return out;
}

Plane<double> MeyerTransform(GreyView in) {
  const int width = (in.width + 61) / 2, height = (in.height + 61) / 2;
  if (in.width == 0 || in.height == 0) return {};
  Plane<double> out(2 * width, 2 * height);
  const std::array<std::vector<double>, 2> kernels{MeyerKernel(false), MeyerKernel(true)};
  for (int vertical = 0; vertical < 2; ++vertical) {
    for (int horizontal = 0; horizontal < 2; ++horizontal) {
      // Both filters are symmetric, so the filtered image is continued by reflection, too.
      const Plane<double> band =
          FilterSame(in, kernels[static_cast<std::size_t>(vertical)],
                     kernels[static_cast<std::size_t>(horizontal)], Border::kSymmetric);
      // Low-pass outputs sit on even, high-pass ones on odd positions.
      for (int y = 0; y < height; ++y) {
        const double* from = band.Row(Reflected(2 * y - kReach + vertical, in.height));
        // The detail along the columns is the "horizontal" one: it stands right of the
        // approximation.
        double* to = out.Row(y + horizontal * height) + vertical * width;
        for (int x = 0; x < width; ++x) {
          to[x] = from[Reflected(2 * x - kReach + horizontal, in.width)];
        }
      }
    }
  }
  return out;
}

}  // namespace auif::metrics
