// The encoders' inputs: B0, the 11x11 box mean of the source, and D0, its 19x19 Laplacian (all
// ones, centre 1 - 361, divided by the sum of magnitudes 720), both with reflection.
//
// Both are box sums that run from row to row and then along the row, in fixed point, where sums are
// exact, so that the result does not depend on where a running sum began. A source value counts
// 2^-22 units: 361 of them stay below 2^31, and rounding to a unit is below float's own precision
// for values near 1.
#pragma once

#include <cstdint>

#include "base/row_buffer.h"
#include "kernels/striped_row.h"

namespace auif {

inline constexpr int kBaseRadius = 5;    // of the 11x11 box
inline constexpr int kDetailRadius = 9;  // of the 19x19 Laplacian

// Running column sums of a source image's striped rows.
class ColumnSums {
 public:
  explicit ColumnSums(const RowLayout& layout)
      : layout_(layout), sums_(2, layout.size(), kDetailRadius * layout.lanes()) {}

  // Starts at row y: row(i) returns source row i, already reflected into the image.
  template <typename RowAt>
  void Start(int y, const RowAt& row) {
    Clear();
    for (int i = -kDetailRadius; i <= kDetailRadius; ++i) {
      Add(row(y + i), i >= -kBaseRadius && i <= kBaseRadius);
    }
  }
  // Moves from row y to row y + 1.
  template <typename RowAt>
  void Advance(int y, const RowAt& row) {
    Move(row(y + kBaseRadius + 1), row(y - kBaseRadius), row(y + kDetailRadius + 1),
         row(y - kDetailRadius));
  }
  // B0 and D0 of the current row, whose source values are `source`; sets their two margin vectors
  // on each side.
  void Filter(const float* source, float* base, float* detail);

 private:
  void Clear();
  void Add(const float* row, bool base_too);
  void Move(const float* base_in, const float* base_out, const float* detail_in,
            const float* detail_out);

  RowLayout layout_;
  RowBuffer<std::int32_t> sums_;  // for B0, for D0
};

}  // namespace auif
