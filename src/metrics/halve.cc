#include "metrics/halve.h"

#include <algorithm>

namespace auif::metrics {

Plane<double> Halve(GreyView in) {
  Plane<double> out((in.width + 1) / 2, (in.height + 1) / 2);
  for (int y = 0; y < out.height(); ++y) {
    const double* upper = in.Row(2 * y);
    const double* lower = in.Row(std::min(2 * y + 1, in.height - 1));
    double* to = out.Row(y);
    for (int x = 0; x < out.width(); ++x) {
      const int left = 2 * x, right = std::min(2 * x + 1, in.width - 1);
      to[x] = (upper[left] + upper[right] + lower[left] + lower[right]) * 0.25;
    }
  }
  return out;
}

}  // namespace auif::metrics
