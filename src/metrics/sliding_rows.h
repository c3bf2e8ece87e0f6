// The rows under a window that slides down an image.
#pragma once

#include <span>
#include <vector>

namespace auif::metrics {

// Filters with a square separable window, one row at a time, without a plane in between: the
// memory traffic of whole planes costs more than the arithmetic.
class SlidingRows {
 public:
  // Rows of `width` values under a window of `window` rows and columns.
  SlidingRows(int width, int window);

  // The next row, to be filled by the caller; the oldest one leaves.
  double* Push();

  // Weights the last `window` rows: out has width - window + 1 values.
  void Filter(std::span<const double> kernel, double* out);

 private:
  int width_, window_, newest_;
  std::vector<double> values_, buffer_;
  std::vector<const double*> inputs_;  // of the current sum
};

}  // namespace auif::metrics
