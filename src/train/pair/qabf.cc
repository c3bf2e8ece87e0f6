#include "train/pair/qabf.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "train/pair/vector_math.h"

namespace auif::pair {
namespace {

// scale / (1 + exp(-slope (x - middle)))
struct Logistic {
  double scale, slope, middle;
};
constexpr Logistic kStrength{0.9994, 15, 0.5}, kOrientation{0.9879, 22, 0.8};
constexpr double kHalfTurn = std::numbers::pi / 2;
constexpr double kLeastX = 1e-6;

// Correlation of row y with [-1 0 1; -2 0 2; -1 0 1]. buffer: width + 2 values.
template <typename T>
void SobelX(const Frame<T>& in, int y, int width, T* __restrict buffer, T* __restrict out) {
  const T *above = in.Row(y - 1) - 1, *here = in.Row(y) - 1, *below = in.Row(y + 1) - 1;
  for (int x = 0; x < width + 2; ++x) buffer[x] = above[x] + 2 * here[x] + below[x];
  for (int x = 0; x < width; ++x) out[x] = buffer[x + 2] - buffer[x];
}

// Correlation of row y with [1 2 1; 0 0 0; -1 -2 -1].
template <typename T>
void SobelY(const Frame<T>& in, int y, int width, T* __restrict buffer, T* __restrict out) {
  const T *above = in.Row(y - 1) - 1, *below = in.Row(y + 1) - 1;
  for (int x = 0; x < width + 2; ++x) buffer[x] = above[x] - below[x];
  for (int x = 0; x < width; ++x) out[x] = buffer[x] + 2 * buffer[x + 1] + buffer[x + 2];
}

template <typename T>
T Square(T v) {
  return v * v;
}

}  // namespace

template <typename T>
Qabf<T>::Qabf(Size size, double floor)
    : size_(size),
      floor_(static_cast<T>(floor)),
      image_(size, 1),
      x_(size, 1),
      y_(size, 1),
      row_(size.width + 2),
      sum_(size.width) {
  for (Source& source : sources_) source = {Plane<T>(size), Plane<T>(size)};
  for (std::vector<T>* row :
       {&strength_, &angle_, &by_strength_, &by_angle_, &exp_strength_, &exp_angle_}) {
    row->resize(size.width);
  }
}

template <typename T>
void Qabf<T>::Load(PlaneView<const T> image) {
  for (int y = 0; y < size_.height; ++y) std::copy_n(image.Row(y), size_.width, image_.Row(y));
}

template <typename T>
void Qabf<T>::FindEdges(int y, T* __restrict strength, T* __restrict angle) {
  const int width = size_.width;
  T *sx = x_.Row(y), *sy = y_.Row(y);
  SobelX(image_, y, width, row_.data(), sx);
  SobelY(image_, y, width, row_.data(), sy);
  const T floor = Square(floor_);
  for (int x = 0; x < width; ++x) {
    strength[x] = std::sqrt(Square(sx[x]) + Square(sy[x]) + floor);
    angle[x] = sy[x] / (std::abs(sx[x]) > T{kLeastX} ? sx[x] : T{kLeastX});
  }
  for (int x = 0; x < width; ++x) angle[x] = Atan(angle[x]);
}

template <typename T>
void Qabf<T>::SetSources(PlaneView<const T> a, PlaneView<const T> b) {
  for (int i = 0; i < 2; ++i) {
    Load(i == 0 ? a : b);
    for (int y = 0; y < size_.height; ++y) {
      T* strength = sources_[i].strength.Row(y);
      FindEdges(y, strength, sources_[i].angle.Row(y));
      double* __restrict sum = sum_.data();
      for (int x = 0; x < size_.width; ++x) sum[x] += strength[x];
    }
  }
  factor_ = 1 / (sum_.Take() + 1e-8);
}

template <typename T>
void Qabf<T>::KeepEdges(const Source& source, int y) {
  const int width = size_.width;
  const T *strength_s = source.strength.Row(y), *angle_s = source.angle.Row(y);
  const T *strength_f = strength_.data(), *angle_f = angle_.data();
  T* __restrict exp_strength = exp_strength_.data();
  T* __restrict exp_angle = exp_angle_.data();
  for (int x = 0; x < width; ++x) {
    const T g = std::min(strength_s[x], strength_f[x]) / std::max(strength_s[x], strength_f[x]);
    const T a = 1 - std::abs(angle_s[x] - angle_f[x]) * static_cast<T>(1 / kHalfTurn);
    exp_strength[x] = T{-kStrength.slope} * (g - T{kStrength.middle});
    exp_angle[x] = T{-kOrientation.slope} * (a - static_cast<T>(kOrientation.middle));
  }
  for (int x = 0; x < width; ++x) exp_strength[x] = Exp(exp_strength[x]);
  for (int x = 0; x < width; ++x) exp_angle[x] = Exp(exp_angle[x]);

  T* __restrict by_strength = by_strength_.data();
  T* __restrict by_angle = by_angle_.data();
  double* __restrict sum = sum_.data();
  for (int x = 0; x < width; ++x) {
    const T gs = strength_s[x], gf = strength_f[x];
    const T inverse_strength = 1 / (1 + exp_strength[x]), inverse_angle = 1 / (1 + exp_angle[x]);
    const T kept = static_cast<T>(kStrength.scale * kOrientation.scale) * gs * inverse_strength *
                   inverse_angle;
    sum[x] += kept;
    // d ln(kept) / dG and / dA, then dG / dg_F: G = gf / gs or gs / gf, no slope between them.
    const T by_g = T{kStrength.slope} * exp_strength[x] * inverse_strength;
    const T by_a = T{kOrientation.slope} * exp_angle[x] * inverse_angle;
    const T rising = 1 / gs, falling = -gs / Square(gf);
    const T dg = gf < gs ? rising : gf > gs ? falling : T{0};
    const T turn = angle_s[x] - angle_f[x];
    const T da = turn > 0 ? T{1} : turn < 0 ? T{-1} : T{0};
    by_strength[x] += kept * by_g * dg;
    by_angle[x] += kept * by_a * da * static_cast<T>(1 / kHalfTurn);
  }
}

template <typename T>
double Qabf<T>::Forward(PlaneView<const T> fused) {
  Load(fused);
  const T factor = static_cast<T>(factor_);
  for (int y = 0; y < size_.height; ++y) {
    FindEdges(y, strength_.data(), angle_.data());
    std::fill(by_strength_.begin(), by_strength_.end(), T{0});
    std::fill(by_angle_.begin(), by_angle_.end(), T{0});
    for (const Source& source : sources_) KeepEdges(source, y);
    T* __restrict to_x = x_.Row(y);
    T* __restrict to_y = y_.Row(y);
    const T *strength = strength_.data(), *by_strength = by_strength_.data(),
            *by_angle = by_angle_.data();
    for (int x = 0; x < size_.width; ++x) {
      const T sx = to_x[x], sy = to_y[x], inverse = 1 / strength[x];
      const T along = factor * by_strength[x] * inverse;
      const T across = factor * by_angle[x] * Square(inverse);
      to_x[x] = along * sx - across * sy;
      to_y[x] = along * sy + across * sx;
    }
  }
  return sum_.Take() * factor_;
}

template <typename T>
void Qabf<T>::Backward(double weight, PlaneView<T> gradient) {
  // Both kernels are odd, so correlating the other way round only changes the sign.
  const T factor = static_cast<T>(-weight);
  for (int y = 0; y < size_.height; ++y) {
    SobelX(x_, y, size_.width, row_.data(), strength_.data());
    SobelY(y_, y, size_.width, row_.data(), angle_.data());
    const T *by_x = strength_.data(), *by_y = angle_.data();
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < size_.width; ++x) to[x] += factor * (by_x[x] + by_y[x]);
  }
}

template class Qabf<float>;
template class Qabf<double>;

}  // namespace auif::pair
