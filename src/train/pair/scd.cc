#include "train/pair/scd.h"

#include <cmath>

namespace auif::pair {
namespace {

constexpr double kGuard = 1e-8;
constexpr double kMiddle = 0.5;

}  // namespace

template <typename T>
void Scd<T>::SetSources(PlaneView<const T> a, PlaneView<const T> b) {
  for (int i = 0; i < 2; ++i) {
    Source& source = sources_[i];
    source.image = i == 0 ? a : b;
    double* __restrict sum = sums_[0].data();
    double* __restrict squares = sums_[1].data();
    for (int y = 0; y < a.height; ++y) {
      const T* row = source.image.Row(y);
      for (int x = 0; x < a.width; ++x) {
        const double d = row[x] - kMiddle;
        sum[x] += d;
        squares[x] += d * d;
      }
    }
    const double count = double(a.width) * a.height, mean = sums_[0].Take() / count;
    source.mean = mean + kMiddle;
    source.variance = sums_[1].Take() / count - mean * mean;
  }
}

template <typename T>
double Scd<T>::Correlate(PlaneView<const T> fused, PlaneView<const T> other, Source* source) {
  double* __restrict sum = sums_[0].data();
  double* __restrict squares = sums_[1].data();
  double* __restrict products = sums_[2].data();
  for (int y = 0; y < fused.height; ++y) {
    const T *f = fused.Row(y), *o = other.Row(y), *s = source->image.Row(y);
    for (int x = 0; x < fused.width; ++x) {
      const double d = double(f[x]) - o[x];
      sum[x] += d;
      squares[x] += d * d;
      products[x] += d * (s[x] - source->mean);
    }
  }
  const double count = double(fused.width) * fused.height;
  source->difference_mean = sums_[0].Take() / count;
  const double variance =
      sums_[1].Take() / count - source->difference_mean * source->difference_mean + kGuard;
  const double deviations = std::sqrt((source->variance + kGuard) * variance);
  const double r = sums_[2].Take() / count / deviations;
  source->by_source = 1 / (count * deviations);
  source->by_difference = -r / (count * variance);
  return r;
}

template <typename T>
double Scd<T>::Forward(PlaneView<const T> fused) {
  fused_ = fused;
  const double first = Correlate(fused, sources_[1].image, &sources_[0]);
  return first + Correlate(fused, sources_[0].image, &sources_[1]);
}

template <typename T>
void Scd<T>::Backward(double weight, PlaneView<T> gradient) const {
  const Source &a = sources_[0], &b = sources_[1];
  // Both r together: a sum of the three images and a constant.
  const T by_f = static_cast<T>(weight * (a.by_difference + b.by_difference));
  const T by_a = static_cast<T>(weight * (a.by_source - b.by_difference));
  const T by_b = static_cast<T>(weight * (b.by_source - a.by_difference));
  const T constant =
      static_cast<T>(-weight * (a.by_source * a.mean + a.by_difference * a.difference_mean +
                                b.by_source * b.mean + b.by_difference * b.difference_mean));
  for (int y = 0; y < fused_.height; ++y) {
    const T *f = fused_.Row(y), *row_a = a.image.Row(y), *row_b = b.image.Row(y);
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < fused_.width; ++x) {
      to[x] += by_f * f[x] + by_a * row_a[x] + by_b * row_b[x] + constant;
    }
  }
}

template class Scd<float>;
template class Scd<double>;

}  // namespace auif::pair
