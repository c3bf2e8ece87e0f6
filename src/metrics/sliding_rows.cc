#include "metrics/sliding_rows.h"

#include <cassert>
#include <cstddef>

#include "kernels/weighted_sum.h"

namespace auif::metrics {

SlidingRows::SlidingRows(int width, int window)
    : width_(width),
      window_(window),
      newest_(window - 1),
      values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(window)),
      buffer_(static_cast<std::size_t>(width)),
      inputs_(static_cast<std::size_t>(window)) {
  assert(width >= window);
}

double* SlidingRows::Push() {
  newest_ = (newest_ + 1) % window_;
  return values_.data() + static_cast<std::ptrdiff_t>(newest_) * width_;
}

void SlidingRows::Filter(std::span<const double> kernel, double* out) {
  assert(kernel.size() == inputs_.size());
  for (int k = 0; k < window_; ++k) {
    const int oldest_first = (newest_ + 1 + k) % window_;
    inputs_[static_cast<std::size_t>(k)] =
        values_.data() + static_cast<std::ptrdiff_t>(oldest_first) * width_;
  }
  WeightedSum(inputs_, kernel, buffer_.data(), width_);
  for (std::size_t k = 0; k < inputs_.size(); ++k) inputs_[k] = buffer_.data() + k;
  WeightedSum(inputs_, kernel, out, width_ - window_ + 1);
}

}  // namespace auif::metrics
