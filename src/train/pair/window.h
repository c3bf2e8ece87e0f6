// Means under a sliding window, the work under VIFp and SSIM.
#pragma once

#include <array>
#include <cassert>
#include <cmath>

#include "auif/plane.h"

namespace auif::pair {

// A map within a frame of zeros.
template <typename T>
class Frame {
 public:
  Frame() = default;
  Frame(Size size, int margin)
      : plane_(size.width + 2 * margin, size.height + 2 * margin), margin_(margin) {}

  // The map's row y, from -margin to height + margin - 1, at the map's first column.
  T* Row(int y) { return plane_.Row(y + margin_) + margin_; }
  const T* Row(int y) const { return plane_.Row(y + margin_) + margin_; }
  // The map with its frame.
  PlaneView<const T> Whole() const { return plane_; }

 private:
  Plane<T> plane_;
  int margin_ = 0;
};

// A separable symmetric window of sum 1 with an odd number of samples: 3, 5, 7, 9 or 17.
//
// out(y, x) = sum_(i, j) w_i w_j in(y + i, x + j), only where the window is inside ("valid"): of a
// map of W x H, (W - size + 1) x (H - size + 1) values. What a gradient of `out` gives to the
// pixels of `in` is the same sum over that gradient in a frame of size - 1 zeros, because w is
// symmetric.
template <typename T>
class Window {
 public:
  Window() = default;
  static Window Gaussian(int size, double sigma) {
    return Window(size, [=](double t) { return std::exp(-t * t / (2 * sigma * sigma)); });
  }
  static Window Uniform(int size) {
    return Window(size, [](double) { return 1.0; });
  }

  int size() const { return size_; }
  Size Valid(Size in) const { return {in.width - size_ + 1, in.height - size_ + 1}; }
  // Where a gradient of the window's means goes to.
  Frame<T> GradientFrame(Size in) const { return {Valid(in), size_ - 1}; }

  // Row y of the means, width - size + 1 values. buffer: `width` values.
  void Row(PlaneView<const T> in, int y, T* buffer, T* out) const {
    switch (size_) {
      case 3:
        return RowOf<3>(in, y, buffer, out);
      case 5:
        return RowOf<5>(in, y, buffer, out);
      case 7:
        return RowOf<7>(in, y, buffer, out);
      case 9:
        return RowOf<9>(in, y, buffer, out);
      case 17:
        return RowOf<17>(in, y, buffer, out);
      default:
        assert(false);
    }
  }

 private:
  static constexpr int kMaxSize = 17;

  template <typename F>
  Window(int size, const F& weight) : size_(size) {
    double sum = 0;
    for (int i = 0; i < size; ++i) sum += weight(i - (size - 1) / 2.0);
    for (int i = 0; i <= size / 2; ++i) {
      weights_[i] = static_cast<T>(weight(i - (size - 1) / 2.0) / sum);
    }
  }

  // One sample of a window whose samples are `step` values apart.
  template <int kSize>
  static T Mean(const std::array<T, kSize / 2 + 1>& w, const T* in, std::ptrdiff_t step) {
    T sum = w[kSize / 2] * in[kSize / 2 * step];
    for (int i = 0; i < kSize / 2; ++i) sum += w[i] * (in[i * step] + in[(kSize - 1 - i) * step]);
    return sum;
  }

  template <int kSize>
  void RowOf(PlaneView<const T> in, int y, T* __restrict buffer, T* __restrict out) const {
    std::array<T, kSize / 2 + 1> w;
    for (int i = 0; i <= kSize / 2; ++i) w[i] = weights_[i];
    const T* top = in.Row(y);
    for (int x = 0; x < in.width; ++x) buffer[x] = Mean<kSize>(w, top + x, in.stride);
    for (int x = 0; x <= in.width - kSize; ++x) out[x] = Mean<kSize>(w, buffer + x, 1);
  }

  int size_ = 0;
  std::array<T, kMaxSize / 2 + 1> weights_{};  // from the outermost one to the middle
};

}  // namespace auif::pair
