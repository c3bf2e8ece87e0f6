// Sums over an image.
#pragma once

#include <vector>

namespace auif::pair {

// A sum over an image in double, in one fixed order: a sum for each column, downwards, then these
// from left to right. Unlike one running sum, a compiler can vectorise it without reordering it.
class ColumnSums {
 public:
  explicit ColumnSums(int width) : sums_(width) {}

  double* data() { return sums_.data(); }
  // The sum of all that was added to data(), which is zero again after that.
  double Take() {
    double total = 0;
    for (double& sum : sums_) {
      total += sum;
      sum = 0;
    }
    return total;
  }

 private:
  std::vector<double> sums_;
};

}  // namespace auif::pair
