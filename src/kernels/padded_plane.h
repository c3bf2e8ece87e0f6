// The maps of a training batch.
#pragma once

#include <cstddef>

#include "auif/plane.h"

namespace auif {

// A map with a margin on all sides: two rows above and below, kMargin values left and right, so
// that the 5x5 convolution needs no special case. Row starts are 64-byte aligned, and rows may be
// read and written up to their width rounded up to a vector. A new map is all zeros.
class PaddedPlane {
 public:
  static constexpr int kMargin = 16;  // a vector of the widest SIMD target

  PaddedPlane() = default;
  PaddedPlane(int width, int height)
      : plane_(PaddedWidth(width), height + 4), width_(width), height_(height) {}

  int width() const { return width_; }
  int height() const { return height_; }
  Size size() const { return {width_, height_}; }
  std::ptrdiff_t stride() const { return plane_.stride(); }
  // y from -2 to height + 1.
  float* Row(int y) { return plane_.Row(y + 2) + kMargin; }
  const float* Row(int y) const { return plane_.Row(y + 2) + kMargin; }

  // Fills two values of the margin on each side by reflection.
  void ReflectBorder() {
    for (int y = 0; y < height_; ++y) {
      float* row = Row(y);
      for (int i = 1; i <= 2; ++i) {
        row[-i] = row[i];
        row[width_ - 1 + i] = row[width_ - 1 - i];
      }
    }
    for (int i = 1; i <= 2; ++i) {
      CopyRow(i, -i);
      CopyRow(height_ - 1 - i, height_ - 1 + i);
    }
  }

 private:
  static int PaddedWidth(int width) { return (width + 3 * kMargin - 1) / kMargin * kMargin; }
  void CopyRow(int from, int to) {
    std::memcpy(Row(to) - kMargin, Row(from) - kMargin, sizeof(float) * plane_.width());
  }

  Plane<float> plane_;
  int width_ = 0, height_ = 0;
};

}  // namespace auif
