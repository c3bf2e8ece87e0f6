// Images around 0: variances are differences of squares, which keep more digits there.
#pragma once

#include "auif/plane.h"
#include "train/pair/sums.h"

namespace auif::pair {

// An image's mean, in the image's own type.
template <typename T>
T MeanOf(PlaneView<const T> image) {
  ColumnSums sums(image.width);
  double* __restrict sum = sums.data();
  for (int y = 0; y < image.height; ++y) {
    const T* row = image.Row(y);
    for (int x = 0; x < image.width; ++x) sum[x] += row[x];
  }
  return static_cast<T>(sums.Take() / (double(image.width) * image.height));
}

// Returns the mean, which it takes away.
template <typename T>
T SubtractMean(PlaneView<const T> from, Plane<T>* to) {
  const T mean = MeanOf(from);
  for (int y = 0; y < from.height; ++y) {
    const T* in = from.Row(y);
    T* __restrict out = to->Row(y);
    for (int x = 0; x < from.width; ++x) out[x] = in[x] - mean;
  }
  return mean;
}

template <typename T>
void Multiply(const Plane<T>& a, const Plane<T>& b, Plane<T>* to) {
  for (int y = 0; y < a.height(); ++y) {
    const T *row_a = a.Row(y), *row_b = b.Row(y);
    T* __restrict out = to->Row(y);
    for (int x = 0; x < a.width(); ++x) out[x] = row_a[x] * row_b[x];
  }
}

}  // namespace auif::pair
