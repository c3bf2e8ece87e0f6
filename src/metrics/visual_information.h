// What VIF, VIFp and VIFF share: the model of an image as a blurred and noisy copy of another, and
// the pyramid on which it is applied.
//
// In a window, F = g A + noise: gain g = cov(A, F) / var(A), variance of the noise
// var(F) - g cov(A, F), with guards where a variance vanishes or the gain is negative.
// Source: H. R. Sheikh, A. C. Bovik, "Image information and visual quality", IEEE Trans. Image
// Processing 15, 2006.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "metrics/grey_view.h"
#include "metrics/sliding_rows.h"

namespace auif::metrics {

inline constexpr int kVisualScales = 4;

// The Gaussian window of scale s = 0..3: 17, 9, 5, 3 samples, sigma a fifth of that.
std::vector<double> VisualWindow(int scale);

// Filters with the window ("valid") and keeps every second sample.
Plane<double> NextVisualScale(GreyView image, const std::vector<double>& window);

// Windowed means of the products of two images' rows, which come one after the other.
class WindowedProducts {
 public:
  WindowedProducts(int width, const std::vector<double>& window)
      : window_(window),
        rows_(width, static_cast<int>(window.size())),
        means_(static_cast<std::size_t>(width) + 1 - window.size()) {}

  void Push(std::span<const double> a, std::span<const double> b) {
    double* to = rows_.Push();
    for (std::size_t x = 0; x < a.size(); ++x) to[x] = a[x] * b[x];
  }
  void Push(std::span<const double> a) { std::copy(a.begin(), a.end(), rows_.Push()); }

  // Of the rows that the window now covers.
  const double* Means() {
    rows_.Filter(window_, means_.data());
    return means_.data();
  }

 private:
  std::vector<double> window_;
  SlidingRows rows_;
  std::vector<double> means_;
};

// The copy's parameters in one window.
struct VisualCopy {
  double gain;    // g
  double signal;  // variance of the source
  double noise;   // variance of what the copy added

  // Ratios whose logarithms are the information (up to a factor) that the copy keeps of the source,
  // and that the source has, for an eye with the given variance of its own noise.
  double Kept(double eye_noise) const { return 1 + gain * gain * signal / (noise + eye_noise); }
  double There(double eye_noise) const { return 1 + signal / eye_noise; }
};

inline VisualCopy FitCopy(double var_source, double var_copy, double covariance) {
  constexpr double kTiny = 1e-10;
  const double s = std::max(var_source, 0.0), c = std::max(var_copy, 0.0);
  VisualCopy out{covariance / (s + kTiny), s, 0};
  out.noise = c - out.gain * covariance;
  if (s < kTiny) out = {0, 0, c};
  if (c < kTiny) out.gain = out.noise = 0;
  if (out.gain < 0) {
    out.gain = 0;
    out.noise = c;
  }
  out.noise = std::max(out.noise, kTiny);
  return out;
}

// Adds log10 of numbers >= 1, of at most 1e50 each, with few logarithms: it multiplies while the
// product fits a double.
class LogSum {
 public:
  void Add(double value) {
    product_ *= value;
    if (product_ > 1e200) Flush();
  }
  double Sum() {
    Flush();
    return sum_;
  }

 private:
  void Flush() {
    sum_ += std::log10(product_);
    product_ = 1;
  }
  double product_ = 1, sum_ = 0;
};

}  // namespace auif::metrics
