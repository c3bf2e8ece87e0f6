// Working rows for the streaming kernels.
#pragma once

#include <algorithm>
#include <cstddef>

#include "auif/plane.h"

namespace auif {

// `count` rows of `width` values. Every row may be read and written from kMargin values before its
// first to kMargin values after its last value rounded up to a vector, so that kernels need no
// special case for the ends of a row. Row starts are 64-byte aligned. New rows are all zeros.
template <typename T>
class RowBuffer {
 public:
  // One vector of the widest SIMD target; also covers the 9 values of the largest filter.
  static constexpr int kMargin = 16;

  RowBuffer() = default;
  RowBuffer(int count, int width) : plane_(PaddedWidth(width), count) {}

  T* operator[](int i) { return plane_.Row(i) + kMargin; }
  const T* operator[](int i) const { return plane_.Row(i) + kMargin; }

 private:
  static int PaddedWidth(int width) {
    int padded = (width + 3 * kMargin - 1) / kMargin * kMargin;
    // Rows a multiple of 4 KiB apart would all compete for the same L1 cache sets.
    if (padded * sizeof(T) % 4096 < 64) padded += kMargin;
    return padded;
  }

  Plane<T> plane_;
};

}  // namespace auif
