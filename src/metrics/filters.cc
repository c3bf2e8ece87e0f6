#include "metrics/filters.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <opencv2/imgproc.hpp>

#include "kernels/weighted_sum.h"

namespace auif::metrics {
namespace {

// The position inside 0..size-1 that stands for `i`, or -1 for a zero.
int Inside(int i, int size, Border border) {
  if (i >= 0 && i < size) return i;
  switch (border) {
    case Border::kZero:
      return -1;
    case Border::kReplicate:
      return std::clamp(i, 0, size - 1);
    case Border::kSymmetric:
    case Border::kMirror:
      break;
  }
  // Both reflections repeat with a period; a window may be wider than the image.
  const bool mirror = border == Border::kMirror;
  const int period = mirror ? std::max(1, 2 * size - 2) : 2 * size;
  const int phase = ((i % period) + period) % period;
  return phase < size ? phase : period - phase - (mirror ? 0 : 1);
}

// Pointers to `taps` successive positions of a row, for a filter along it.
std::vector<const double*> Shifts(const std::vector<double>& row, std::size_t taps) {
  std::vector<const double*> shifts(taps);
  for (std::size_t k = 0; k < taps; ++k) shifts[k] = row.data() + k;
  return shifts;
}

}  // namespace

std::vector<double> GaussianKernel(int size, double sigma) {
  return cv::getGaussianKernel(size, sigma, CV_64F);
}

std::vector<double> UniformKernel(int size) {
  return std::vector<double>(static_cast<std::size_t>(size), 1.0 / size);
}

Plane<double> FilterValid(GreyView in, std::span<const double> vertical,
                          std::span<const double> horizontal) {
  const int width = in.width - static_cast<int>(horizontal.size()) + 1;
  const int height = in.height - static_cast<int>(vertical.size()) + 1;
  if (width <= 0 || height <= 0) return {};
  Plane<double> out(width, height);
  std::vector<double> buffer(static_cast<std::size_t>(in.width));
  const std::vector<const double*> shifts = Shifts(buffer, horizontal.size());
  std::vector<const double*> rows(vertical.size());
  for (int y = 0; y < height; ++y) {
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = in.Row(y + static_cast<int>(k));
    WeightedSum(rows, vertical, buffer.data(), in.width);
    WeightedSum(shifts, horizontal, out.Row(y), width);
  }
  return out;
}

Plane<double> FilterSame(GreyView in, std::span<const double> vertical,
                         std::span<const double> horizontal, Border border) {
  assert(vertical.size() % 2 == 1 && horizontal.size() % 2 == 1);
  const int half_v = static_cast<int>(vertical.size() / 2);
  const int half_h = static_cast<int>(horizontal.size() / 2);
  Plane<double> out(in.width, in.height);
  if (out.empty()) return out;
  std::vector<double> padded(static_cast<std::size_t>(in.width + 2 * half_h));
  const std::vector<double> zeros(static_cast<std::size_t>(in.width));
  std::vector<const double*> rows(vertical.size());
  const std::vector<const double*> shifts = Shifts(padded, horizontal.size());
  double* const middle = padded.data() + half_h;
  for (int y = 0; y < in.height; ++y) {
    for (int k = -half_v; k <= half_v; ++k) {
      const int from = Inside(y + k, in.height, border);
      rows[static_cast<std::size_t>(k + half_v)] = from < 0 ? zeros.data() : in.Row(from);
    }
    WeightedSum(rows, vertical, middle, in.width);
    for (int k = 1; k <= half_h; ++k) {
      const int left = Inside(-k, in.width, border);
      const int right = Inside(in.width - 1 + k, in.width, border);
      middle[-k] = left < 0 ? 0 : middle[left];
      middle[in.width - 1 + k] = right < 0 ? 0 : middle[right];
    }
    WeightedSum(shifts, horizontal, out.Row(y), in.width);
  }
  return out;
}

Plane<double> EverySecond(GreyView in) {
  Plane<double> out((in.width + 1) / 2, (in.height + 1) / 2);
  for (int y = 0; y < out.height(); ++y) {
    const double* from = in.Row(2 * y);
    double* to = out.Row(y);
    for (int x = 0; x < out.width(); ++x) to[x] = from[2 * x];
  }
  return out;
}

Plane<double> Product(GreyView a, GreyView b) {
  assert(SameSize(a, b));
  Plane<double> out(a.width, a.height);
  for (int y = 0; y < a.height; ++y) {
    const double* in_a = a.Row(y);
    const double* in_b = b.Row(y);
    double* to = out.Row(y);
    for (int x = 0; x < a.width; ++x) to[x] = in_a[x] * in_b[x];
  }
  return out;
}

Gradient CentralGradient(GreyView in) {
  Gradient out{Plane<double>(in.width, in.height), Plane<double>(in.width, in.height)};
  for (int y = 0; y < in.height; ++y) {
    const int above = std::max(y - 1, 0), below = std::min(y + 1, in.height - 1);
    const double scale_y = below - above == 2 ? 0.5 : 1;
    const double* row = in.Row(y);
    const double* row_above = in.Row(above);
    const double* row_below = in.Row(below);
    double* gx = out.x.Row(y);
    double* gy = out.y.Row(y);
    for (int x = 0; x < in.width; ++x) gy[x] = (row_below[x] - row_above[x]) * scale_y;
    if (in.width < 2) continue;  // a new plane is all zeros
    for (int x = 1; x + 1 < in.width; ++x) gx[x] = (row[x + 1] - row[x - 1]) * 0.5;
    gx[0] = row[1] - row[0];
    gx[in.width - 1] = row[in.width - 1] - row[in.width - 2];
  }
  return out;
}

Gradient SobelGradient(GreyView in, Border border) {
  constexpr std::array<double, 3> kSmooth{1, 2, 1};
  constexpr std::array<double, 3> kDifference{-1, 0, 1};
  return {FilterSame(in, kSmooth, kDifference, border),
          FilterSame(in, kDifference, kSmooth, border)};
}

}  // namespace auif::metrics
