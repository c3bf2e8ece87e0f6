#include "metrics/visual_information.h"

#include "metrics/filters.h"

namespace auif::metrics {

std::vector<double> VisualWindow(int scale) {
  const int size = (1 << (kVisualScales - scale)) + 1;
  return GaussianKernel(size, size / 5.0);
}

Plane<double> NextVisualScale(GreyView picture, const std::vector<double>& window) {
  return EverySecond(FilterValid(picture, window, window));
}

}  // namespace auif::metrics
