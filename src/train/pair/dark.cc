#include "train/pair/dark.h"

namespace auif::pair {

template <typename T>
double Dark<T>::Forward(PlaneView<const T> fused) {
  fused_ = fused;
  constexpr T level = static_cast<T>(kLevel);
  double* __restrict sum = sum_.data();
  for (int y = 0; y < fused.height; ++y) {
    const T *f = fused.Row(y), *m = larger_.Row(y);
    for (int x = 0; x < fused.width; ++x) {
      const T lack = level - f[x];
      sum[x] += ((lack > 0) & (m[x] > level)) ? lack : T{0};
    }
  }
  return sum_.Take() / (double(fused.width) * fused.height);
}

template <typename T>
void Dark<T>::Backward(double weight, PlaneView<T> gradient) const {
  constexpr T level = static_cast<T>(kLevel);
  const T slope = static_cast<T>(-weight / (double(fused_.width) * fused_.height));
  for (int y = 0; y < fused_.height; ++y) {
    const T *f = fused_.Row(y), *m = larger_.Row(y);
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < fused_.width; ++x) {
      to[x] += ((f[x] < level) & (m[x] > level)) ? slope : T{0};
    }
  }
}

template class Dark<float>;
template class Dark<double>;

}  // namespace auif::pair
