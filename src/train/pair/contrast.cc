#include "train/pair/contrast.h"

#include <algorithm>
#include <cmath>

namespace auif::pair {
namespace {

constexpr double kGuard = 1e-8;
constexpr double kMiddle = 0.5;

double Count(int width, int height) { return double(width) * height; }

}  // namespace

template <typename T>
double Deviation<T>::Forward(PlaneView<const T> fused) {
  fused_ = fused;
  double* __restrict sum = sum_.data();
  double* __restrict squares = squares_.data();
  for (int y = 0; y < fused.height; ++y) {
    const T* row = fused.Row(y);
    for (int x = 0; x < fused.width; ++x) {
      const double d = row[x] - kMiddle;
      sum[x] += d;
      squares[x] += d * d;
    }
  }
  const double count = Count(fused.width, fused.height), mean = sum_.Take() / count;
  mean_ = mean + kMiddle;
  value_ = std::sqrt(std::max(squares_.Take() / count - mean * mean, 0.0) + kGuard);
  return value_;
}

template <typename T>
void Deviation<T>::Backward(double weight, PlaneView<T> gradient) const {
  const T factor = static_cast<T>(weight / (Count(fused_.width, fused_.height) * value_));
  const T mean = static_cast<T>(mean_);
  for (int y = 0; y < fused_.height; ++y) {
    const T* row = fused_.Row(y);
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < fused_.width; ++x) to[x] += factor * (row[x] - mean);
  }
}

template <typename T>
double SpatialFrequency<T>::Forward(PlaneView<const T> fused) {
  fused_ = fused;
  double* __restrict across = across_.data();
  double* __restrict down = down_.data();
  const int width = fused.width, height = fused.height;
  for (int y = 0; y < height; ++y) {
    const T *row = fused.Row(y), *below = fused.Row(std::min(y + 1, height - 1));
    for (int x = 0; x + 1 < width; ++x) {
      const double d = row[x + 1] - row[x];
      across[x] += d * d;
    }
    for (int x = 0; x < width; ++x) {
      const double d = below[x] - row[x];
      down[x] += d * d;
    }
  }
  value_ = std::sqrt(across_.Take() / Count(width - 1, height) +
                     down_.Take() / Count(width, height - 1) + kGuard);
  return value_;
}

template <typename T>
void SpatialFrequency<T>::Backward(double weight, PlaneView<T> gradient) const {
  const int width = fused_.width, height = fused_.height;
  const T across = static_cast<T>(weight / (Count(width - 1, height) * value_));
  const T down = static_cast<T>(weight / (Count(width, height - 1) * value_));
  for (int y = 0; y < height; ++y) {
    // Beyond the border the neighbour is the pixel itself: no difference.
    const T *row = fused_.Row(y), *above = fused_.Row(std::max(y - 1, 0)),
            *below = fused_.Row(std::min(y + 1, height - 1));
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < width; ++x) to[x] += down * (2 * row[x] - above[x] - below[x]);
    to[0] += across * (row[0] - row[1]);
    for (int x = 1; x + 1 < width; ++x) to[x] += across * (2 * row[x] - row[x - 1] - row[x + 1]);
    to[width - 1] += across * (row[width - 1] - row[width - 2]);
  }
}

template class Deviation<float>;
template class Deviation<double>;
template class SpatialFrequency<float>;
template class SpatialFrequency<double>;

}  // namespace auif::pair
