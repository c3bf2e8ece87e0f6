#include "train/pair/histograms.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace auif::pair {
namespace {

constexpr double kGuard = 1e-9;

// p ln(p + e), and its slope.
double Plogp(double p) { return p * std::log(p + kGuard); }
double PlogpSlope(double p) { return std::log(p + kGuard) + p / (p + kGuard); }

// factor, or 0 where limiting the value to [0, 1] has made it constant.
template <typename T>
T Inside(T value, T factor) {
  return ((value >= 0) & (value <= 1)) ? factor : T{0};
}

}  // namespace

template <typename T>
void Nodes<T>::Find(PlaneView<const T> image, int nodes) {
  const T scale = static_cast<T>(nodes - 1);
  for (int y = 0; y < image.height; ++y) {
    const T* row = image.Row(y);
    int* __restrict to_below = below.Row(y);
    T* __restrict to_share = share.Row(y);
    for (int x = 0; x < image.width; ++x) {
      const T at = std::min(std::max(T{0}, row[x]), T{1}) * scale;  // NaN: 0
      const int node = std::min(static_cast<int>(at), nodes - 2);
      to_below[x] = node;
      to_share[x] = at - static_cast<T>(node);
    }
  }
}

template <typename T>
void MutualInformation<T>::SetSources(PlaneView<const T> a, PlaneView<const T> b) {
  sources_[0].Find(a, kNodes);
  sources_[1].Find(b, kNodes);
}

template <typename T>
double MutualInformation<T>::Forward(PlaneView<const T> fused) {
  image_ = fused;
  fused_.Find(fused, kNodes);
  std::array<std::array<double, kNodes * kNodes>, 2> joint{};
  for (int y = 0; y < fused.height; ++y) {
    for (int s = 0; s < 2; ++s) {
      const int *below_f = fused_.below.Row(y), *below_s = sources_[s].below.Row(y);
      const T *share_f = fused_.share.Row(y), *share_s = sources_[s].share.Row(y);
      for (int x = 0; x < fused.width; ++x) {
        double* p = joint[s].data() + below_f[x] * kNodes + below_s[x];
        const T f = share_f[x], v = share_s[x];
        p[0] += (1 - f) * (1 - v);
        p[1] += (1 - f) * v;
        p[kNodes] += f * (1 - v);
        p[kNodes + 1] += f * v;
      }
    }
  }

  const double count = double(fused.width) * fused.height;
  double sum = 0;
  for (int s = 0; s < 2; ++s) {
    std::array<double, kNodes> rows{}, columns{}, row_slopes, column_slopes;
    for (int i = 0; i < kNodes * kNodes; ++i) {
      joint[s][i] /= count;
      rows[i / kNodes] += joint[s][i];
      columns[i % kNodes] += joint[s][i];
    }
    for (int i = 0; i < kNodes; ++i) {
      sum -= Plogp(rows[i]) + Plogp(columns[i]);
      row_slopes[i] = PlogpSlope(rows[i]);
      column_slopes[i] = PlogpSlope(columns[i]);
    }
    std::array<double, kNodes * kNodes> by_share;
    for (int i = 0; i < kNodes * kNodes; ++i) {
      sum += Plogp(joint[s][i]);
      by_share[i] = PlogpSlope(joint[s][i]) - row_slopes[i / kNodes] - column_slopes[i % kNodes];
    }
    for (int i = 0; i < kNodes * (kNodes - 1); ++i) {
      slopes_[s][i] = static_cast<T>((kNodes - 1) * (by_share[i + kNodes] - by_share[i]));
    }
  }
  return sum;
}

template <typename T>
void MutualInformation<T>::Backward(double weight, PlaneView<T> gradient) const {
  const T factor = static_cast<T>(weight / (double(image_.width) * image_.height));
  for (int y = 0; y < image_.height; ++y) {
    const T* row = image_.Row(y);
    const int* below_f = fused_.below.Row(y);
    T* to = gradient.Row(y);
    for (int s = 0; s < 2; ++s) {
      const int* below_s = sources_[s].below.Row(y);
      const T* share_s = sources_[s].share.Row(y);
      for (int x = 0; x < image_.width; ++x) {
        const T* slope = slopes_[s].data() + below_f[x] * kNodes + below_s[x];
        to[x] += Inside(row[x], factor) * (slope[0] + share_s[x] * (slope[1] - slope[0]));
      }
    }
  }
}

template <typename T>
double Entropy<T>::Forward(PlaneView<const T> fused) {
  image_ = fused;
  fused_.Find(fused, kNodes);
  std::array<double, kNodes> p{};
  for (int y = 0; y < fused.height; ++y) {
    const int* below = fused_.below.Row(y);
    const T* share = fused_.share.Row(y);
    for (int x = 0; x < fused.width; ++x) {
      p[below[x]] += 1 - share[x];
      p[below[x] + 1] += share[x];
    }
  }
  const double count = double(fused.width) * fused.height;
  for (double& share : p) share /= count;
  double sum = 0;
  for (const double share : p) sum -= Plogp(share) / std::numbers::ln2;
  slopes_.back() = 0;
  for (int i = 0; i + 1 < kNodes; ++i) {
    const double step = PlogpSlope(p[i]) - PlogpSlope(p[i + 1]);
    slopes_[i] = static_cast<T>((kNodes - 1) * step / std::numbers::ln2);
  }
  return sum;
}

template <typename T>
void Entropy<T>::Backward(double weight, PlaneView<T> gradient) const {
  const T factor = static_cast<T>(weight / (double(image_.width) * image_.height));
  for (int y = 0; y < image_.height; ++y) {
    const T* row = image_.Row(y);
    const int* below = fused_.below.Row(y);
    T* to = gradient.Row(y);
    for (int x = 0; x < image_.width; ++x) {
      to[x] += Inside(row[x], factor) * slopes_[below[x]];
    }
  }
}

template struct Nodes<float>;
template struct Nodes<double>;
template class MutualInformation<float>;
template class MutualInformation<double>;
template class Entropy<float>;
template class Entropy<double>;

}  // namespace auif::pair
