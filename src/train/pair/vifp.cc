#include "train/pair/vifp.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "train/pair/centred.h"

namespace auif::pair {
namespace {

constexpr double kEyeNoise = 2.0 / (255 * 255);
constexpr double kTiny = 1e-10 / (255 * 255);

// The sum of the logarithms of numbers from 1 to 2^60: those of products, since a logarithm costs
// as much as some ten products.
template <typename T>
double SumOfLogs(const T* values, int count) {
  constexpr int kFactors = 16;
  double sum = 0;
  for (int begin = 0; begin < count; begin += kFactors) {
    double product = 1;
    for (int i = begin; i < std::min(begin + kFactors, count); ++i) product *= double(values[i]);
    sum += std::log(product);
  }
  return sum;
}

// The windows of one row: statistics of the fused image, of a source, and of both.
template <typename T>
struct WindowRow {
  const T *mean_f, *mean_ff, *mean_rf;
  const T *mean_r, *variance_r;
  T *to_mean, *to_square, *to_product;
  T* ratios;  // 1 + g^2 vR / (n + e)
};

// Adds factor * d ln(ratio) / d(means) to to_mean and to_square; to_product gets it.
template <typename T>
void Compare(const WindowRow<T>& row, T factor, int count) {
  constexpr T tiny{kTiny}, eye{kEyeNoise};
  const T *mean_f = row.mean_f, *mean_ff = row.mean_ff, *mean_rf = row.mean_rf;
  const T *mean_r = row.mean_r, *variance_r = row.variance_r;
  T* __restrict to_mean = row.to_mean;
  T* __restrict to_square = row.to_square;
  T* __restrict to_product = row.to_product;
  T* __restrict ratios = row.ratios;
  for (int x = 0; x < count; ++x) {
    const T mf = mean_f[x], mr = mean_r[x], vr = variance_r[x];
    const T vf = std::max(mean_ff[x] - mf * mf, T{0});
    const T c = mean_rf[x] - mr * mf;
    const T inverse = 1 / (vr + tiny);
    const bool counts = (vr >= tiny) & (vf >= tiny) & (c > 0);
    const T g = counts ? c * inverse : T{0};
    const T rest = vf - g * c;
    const T n = std::max(rest, tiny) + eye;
    const T signal = g * g * vr;
    const T ratio = signal / n;
    const T slope = factor / (n + signal);  // factor / (n (1 + ratio))
    // By vF through n; by c through g, directly and in n.
    const T d_square = rest >= tiny ? -ratio * slope : T{0};
    const T d_product = 2 * g * (vr * inverse * slope - d_square);
    ratios[x] = 1 + ratio;
    to_product[x] = d_product;
    to_square[x] += d_square;
    to_mean[x] -= mr * d_product + 2 * mf * d_square;
  }
}

}  // namespace

template <typename T>
Vifp<T>::Vifp(Size size) : buffer_(size.width + 16), ratios_(size.width) {
  assert(size.width >= kMinSize && size.height >= kMinSize);
  for (std::vector<T>& row : rows_) row.resize(size.width);
  for (const int samples : {17, 9, 5, 3}) {
    Scale scale;
    scale.window = Window<T>::Gaussian(samples, samples / 5.0);
    if (!scales_.empty()) {
      const Size valid = scale.window.Valid(size);
      scale.to_larger = scale.window.GradientFrame(size);
      size = {(valid.width + 1) / 2, (valid.height + 1) / 2};
    }
    scale.size = size;
    const Size valid = scale.window.Valid(size);
    for (Source& source : scale.sources) {
      source = {Plane<T>(size), Plane<T>(size), Plane<T>(valid), Plane<T>(valid),
                scale.window.GradientFrame(size)};
    }
    scale.fused = scale.square = Plane<T>(size);
    scale.to_mean = scale.to_square = scale.window.GradientFrame(size);
    scales_.push_back(std::move(scale));
  }
}

template <typename T>
void Vifp<T>::Shrink(const Scale& to, PlaneView<const T> from, Plane<T>* out) {
  T* row = rows_[0].data();
  for (int y = 0; y < to.size.height; ++y) {
    to.window.Row(from, 2 * y, buffer_.data(), row);
    for (int x = 0; x < to.size.width; ++x) out->Row(y)[x] = row[2 * x];
  }
}

template <typename T>
void Vifp<T>::SetSources(PlaneView<const T> a, PlaneView<const T> b) {
  for (int i = 0; i < 2; ++i) {
    double information = 0;
    for (std::size_t s = 0; s < scales_.size(); ++s) {
      Scale& scale = scales_[s];
      Source& source = scale.sources[i];
      if (s == 0) {
        SubtractMean(i == 0 ? a : b, &source.image);
      } else {
        Shrink(scale, scales_[s - 1].sources[i].image, &source.image);
      }
      // The place of the product is free until Forward.
      Multiply(source.image, source.image, &source.product);
      for (int y = 0; y < source.mean.height(); ++y) {
        T *mean = source.mean.Row(y), *variance = source.variance.Row(y);
        scale.window.Row(source.image, y, buffer_.data(), mean);
        scale.window.Row(source.product, y, buffer_.data(), variance);
        for (int x = 0; x < source.mean.width(); ++x) {
          const T v = variance[x] - mean[x] * mean[x];
          variance[x] = v < T{kTiny} ? T{0} : v;
          ratios_[x] = 1 + variance[x] / T{kEyeNoise};
        }
        information += SumOfLogs(ratios_.data(), source.mean.width());
      }
    }
    factors_[i] = 1 / (information + 1e-8);
  }
}

template <typename T>
double Vifp<T>::ForwardRow(Scale* scale, int y) {
  const int count = scale->sources[0].mean.width();
  T *buffer = buffer_.data(), *mean_f = rows_[0].data(), *mean_ff = rows_[1].data(),
    *mean_rf = rows_[2].data();
  scale->window.Row(scale->fused, y, buffer, mean_f);
  scale->window.Row(scale->square, y, buffer, mean_ff);
  T *to_mean = scale->to_mean.Row(y), *to_square = scale->to_square.Row(y);
  std::fill_n(to_mean, count, T{0});
  std::fill_n(to_square, count, T{0});
  double sum = 0;
  for (int i = 0; i < 2; ++i) {
    Source& source = scale->sources[i];
    scale->window.Row(source.product, y, buffer, mean_rf);
    Compare<T>({mean_f, mean_ff, mean_rf, source.mean.Row(y), source.variance.Row(y), to_mean,
                to_square, source.to_product.Row(y), ratios_.data()},
               static_cast<T>(factors_[i]), count);
    sum += factors_[i] * SumOfLogs(ratios_.data(), count);
  }
  return sum;
}

template <typename T>
double Vifp<T>::Forward(PlaneView<const T> fused) {
  double sum = 0;
  for (std::size_t s = 0; s < scales_.size(); ++s) {
    Scale& scale = scales_[s];
    if (s == 0) {
      SubtractMean(fused, &scale.fused);
    } else {
      Shrink(scale, scales_[s - 1].fused, &scale.fused);
    }
    Multiply(scale.fused, scale.fused, &scale.square);
    for (Source& source : scale.sources) Multiply(source.image, scale.fused, &source.product);
    for (int y = 0; y < scale.sources[0].mean.height(); ++y) sum += ForwardRow(&scale, y);
  }
  return sum;
}

template <typename T>
void Vifp<T>::Backward(double weight, PlaneView<T> gradient) {
  const T factor = static_cast<T>(weight);
  T* buffer = buffer_.data();
  for (int s = static_cast<int>(scales_.size()) - 1; s >= 0; --s) {
    Scale& scale = scales_[s];
    const Source &a = scale.sources[0], &b = scale.sources[1];
    for (int y = 0; y < scale.size.height; ++y) {
      T *direct = rows_[0].data(), *square = rows_[1].data();
      const T *with_a = rows_[2].data(), *with_b = rows_[3].data(), *smaller = rows_[4].data();
      scale.window.Row(scale.to_mean.Whole(), y, buffer, direct);
      scale.window.Row(scale.to_square.Whole(), y, buffer, square);
      scale.window.Row(a.to_product.Whole(), y, buffer, rows_[2].data());
      scale.window.Row(b.to_product.Whole(), y, buffer, rows_[3].data());
      if (s + 1 < static_cast<int>(scales_.size())) {
        const Scale& next = scales_[s + 1];
        next.window.Row(next.to_larger.Whole(), y, buffer, rows_[4].data());
      } else {
        std::fill(rows_[4].begin(), rows_[4].end(), T{0});
      }
      const T *f = scale.fused.Row(y), *row_a = a.image.Row(y), *row_b = b.image.Row(y);
      T* __restrict sum = direct;
      for (int x = 0; x < scale.size.width; ++x) {
        sum[x] += 2 * f[x] * square[x] + row_a[x] * with_a[x] + row_b[x] * with_b[x] + smaller[x];
      }
      if (s > 0) {
        T* to = scale.to_larger.Row(2 * y);
        for (int x = 0; x < scale.size.width; ++x) to[2 * x] = sum[x];
      } else {
        T* __restrict to = gradient.Row(y);
        for (int x = 0; x < scale.size.width; ++x) to[x] += factor * sum[x];
      }
    }
  }
}

template class Vifp<float>;
template class Vifp<double>;

}  // namespace auif::pair
