// Working rows for the streaming kernels.
#pragma once

#include <cstddef>

#include "auif/plane.h"

namespace auif {

// `count` rows of `size` values, with `margin` values before and behind each that may be read and
// written. Row starts are 64-byte aligned if `margin` is a multiple of 64 bytes. New rows are all
// zeros.
template <typename T>
class RowBuffer {
 public:
  RowBuffer() = default;
  RowBuffer(int count, int size, int margin)
      : margin_(margin), plane_(Pitch(size, margin), count) {}

  T* operator[](int i) { return plane_.Row(i) + margin_; }
  const T* operator[](int i) const { return plane_.Row(i) + margin_; }

 private:
  static int Pitch(int size, int margin) {
    constexpr int kLine = 64 / sizeof(T);
    int pitch = (size + 2 * margin + kLine - 1) / kLine * kLine;
    // Rows a multiple of 4 KiB apart would all compete for the same L1 cache sets.
    if (pitch * sizeof(T) % 4096 < 64) pitch += kLine;
    return pitch;
  }

  int margin_ = 0;
  Plane<T> plane_;
};

}  // namespace auif
