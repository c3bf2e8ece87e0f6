// Rows as the kernels keep them: striped over the lanes of a vector.
//
// A row is cut into as many stretches of `stride` columns as a vector has lanes, and vector k holds
// the k-th column of every stretch: k, stride + k, 2 stride + k, ... So the neighbours of all
// columns of a vector are the vectors beside it, and filters along a row need neither shifted loads
// nor shuffles. Beyond its ends a row has margins: vectors whose lanes continue each stretch with
// the first or last columns of the next one, and the image by reflection.
#pragma once

#include <algorithm>
#include <array>

#include "auif/sample_view.h"
#include "base/reflect.h"

namespace auif {

class RowLayout {
 public:
  static constexpr int kMaxLanes = 16;
  static constexpr int kMaxMargin = 9;  // vectors; what the widest filter reads

  // Of a vector, on the SIMD target that is in use.
  static int Lanes();
  // For that target. width: kMinSize or more.
  explicit RowLayout(int width);

  int width() const { return width_; }
  int lanes() const { return lanes_; }
  int stride() const { return stride_; }  // vectors per row, columns per lane; even
  int size() const { return lanes_ * stride_; }
  // Where column x lies, -kMaxMargin <= x < width + kMaxMargin: its distance from the row's start.
  int Offset(int x) const {
    const int lane = std::clamp(x / stride_, 0, lanes_ - 1);
    return (x - lane * stride_) * lanes_ + lane;
  }
  // Where column width + i lies, and the column that it reflects.
  int Behind(int i) const { return behind_[i]; }
  int Reflected(int i) const { return reflected_[i]; }

 private:
  int width_, lanes_, stride_;
  std::array<int, kMaxMargin> behind_, reflected_;
};

// Copies an image's row into stripes: integers as ToUnit (image/convert.h) gives them, floats
// clamped to [0, 1] (NaN becomes 0). Lanes beyond the last column are 0. No margins.
void StripeRow(const RowLayout& layout, SampleType type, const void* from, float* to);

// Copies a striped row into an image's, integers as FromUnit gives them.
void UnstripeRow(const RowLayout& layout, const float* from, SampleType type, void* to);

// Sets `count` margin vectors on each side, column by column. See SetMargins in striped_row-inl.h.
template <typename T>
void SetMarginsByColumn(const RowLayout& layout, int count, T* row) {
  const int width = layout.width(), lanes = layout.lanes(), stride = layout.stride();
  for (int k = -count; k < stride + count; ++k) {
    for (int lane = 0; lane < lanes; ++lane) {
      const int x = lane * stride + k;
      const bool margin = k < 0 || k >= stride || x >= width;
      if (margin && x >= -count && x < width + count) {
        row[k * lanes + lane] = row[layout.Offset(Reflect(x, width))];
      }
    }
  }
}

}  // namespace auif
