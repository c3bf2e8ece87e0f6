#include "train/pair/ssim.h"

#include <algorithm>

#include "train/pair/centred.h"

namespace auif::pair {
namespace {

constexpr int kSamples = 7;
constexpr double kUnbias = 49.0 / 48;
constexpr double kC1 = 4e-4 / (255 * 255), kC2 = 0.5 / (255 * 255);

// The windows of one row: statistics of the fused image, of a source, and of both.
template <typename T>
struct WindowRow {
  const T *mean_f, *mean_ff, *mean_rf;
  const T *mean_r, *variance_r;
  T *to_mean, *to_square, *to_product;
  T offset_f, offset_r;  // what was taken from the images' values
};

// Adds SSIM to sum, and factor * dSSIM / d(means) to to_mean and to_square; to_product gets it.
template <typename T>
void Compare(const WindowRow<T>& row, T factor, double* __restrict sum, int count) {
  constexpr T unbias{kUnbias}, c1{kC1}, c2{kC2};
  const T offset_f = row.offset_f, offset_r = row.offset_r;
  const T *mean_f = row.mean_f, *mean_ff = row.mean_ff, *mean_rf = row.mean_rf;
  const T *mean_r = row.mean_r, *variance_r = row.variance_r;
  T* __restrict to_mean = row.to_mean;
  T* __restrict to_square = row.to_square;
  T* __restrict to_product = row.to_product;
  for (int x = 0; x < count; ++x) {
    const T centred_f = mean_f[x], centred_r = mean_r[x];
    const T mf = centred_f + offset_f, mr = centred_r + offset_r;
    const T vf = unbias * (mean_ff[x] - centred_f * centred_f);
    const T c = unbias * (mean_rf[x] - centred_r * centred_f);
    const T brightness = mr * mr + mf * mf + c1;
    const T spread = variance_r[x] + std::max(vf, T{0}) + c2;
    const T inverse = 1 / (brightness * spread);
    const T likeness = (2 * c + c2) * inverse, luminance = (2 * mr * mf + c1) * inverse;
    const T ssim = (2 * mr * mf + c1) * likeness;
    // By mF, vF and c.
    const T by_mean = 2 * factor * (mr * likeness - mf * ssim / brightness);
    const T by_variance = vf >= 0 ? -factor * ssim / spread : T{0};
    const T by_covariance = 2 * factor * luminance;
    sum[x] += ssim;
    to_product[x] = unbias * by_covariance;
    to_square[x] += unbias * by_variance;
    to_mean[x] += by_mean - unbias * (2 * centred_f * by_variance + centred_r * by_covariance);
  }
}

}  // namespace

template <typename T>
Ssim<T>::Ssim(Size size)
    : window_(Window<T>::Uniform(kSamples)),
      size_(size),
      valid_(window_.Valid(size)),
      fused_(size),
      square_(size),
      to_mean_(window_.GradientFrame(size)),
      to_square_(window_.GradientFrame(size)),
      buffer_(size.width + kSamples - 1),
      sum_(size.width) {
  for (Source& source : sources_) {
    source = {0,
              Plane<T>(size),
              Plane<T>(size),
              Plane<T>(valid_),
              Plane<T>(valid_),
              window_.GradientFrame(size)};
  }
  for (std::vector<T>& row : rows_) row.resize(size.width);
}

template <typename T>
void Ssim<T>::SetSources(PlaneView<const T> a, PlaneView<const T> b) {
  for (int i = 0; i < 2; ++i) {
    Source& source = sources_[i];
    source.offset = SubtractMean(i == 0 ? a : b, &source.image);
    // The place of the product is free until Forward.
    Multiply(source.image, source.image, &source.product);
    for (int y = 0; y < valid_.height; ++y) {
      T *mean = source.mean.Row(y), *variance = source.variance.Row(y);
      window_.Row(source.image, y, buffer_.data(), mean);
      window_.Row(source.product, y, buffer_.data(), variance);
      for (int x = 0; x < valid_.width; ++x) {
        variance[x] = std::max(T{kUnbias} * (variance[x] - mean[x] * mean[x]), T{0});
      }
    }
  }
}

template <typename T>
double Ssim<T>::Forward(PlaneView<const T> fused) {
  fused_offset_ = SubtractMean(fused, &fused_);
  Multiply(fused_, fused_, &square_);
  for (Source& source : sources_) Multiply(source.image, fused_, &source.product);
  const double share = 1.0 / (double(valid_.width) * valid_.height);
  T *mean_f = rows_[0].data(), *mean_ff = rows_[1].data(), *mean_rf = rows_[2].data();
  for (int y = 0; y < valid_.height; ++y) {
    window_.Row(fused_, y, buffer_.data(), mean_f);
    window_.Row(square_, y, buffer_.data(), mean_ff);
    T *to_mean = to_mean_.Row(y), *to_square = to_square_.Row(y);
    std::fill_n(to_mean, valid_.width, T{0});
    std::fill_n(to_square, valid_.width, T{0});
    for (Source& source : sources_) {
      window_.Row(source.product, y, buffer_.data(), mean_rf);
      Compare<T>({mean_f, mean_ff, mean_rf, source.mean.Row(y), source.variance.Row(y), to_mean,
                  to_square, source.to_product.Row(y), fused_offset_, source.offset},
                 static_cast<T>(share), sum_.data(), valid_.width);
    }
  }
  return sum_.Take() * share;
}

template <typename T>
void Ssim<T>::Backward(double weight, PlaneView<T> gradient) {
  const T factor = static_cast<T>(weight);
  const Source &a = sources_[0], &b = sources_[1];
  for (int y = 0; y < size_.height; ++y) {
    T* buffer = buffer_.data();
    const T *direct = rows_[0].data(), *square = rows_[1].data(), *with_a = rows_[2].data(),
            *with_b = rows_[3].data();
    window_.Row(to_mean_.Whole(), y, buffer, rows_[0].data());
    window_.Row(to_square_.Whole(), y, buffer, rows_[1].data());
    window_.Row(a.to_product.Whole(), y, buffer, rows_[2].data());
    window_.Row(b.to_product.Whole(), y, buffer, rows_[3].data());
    const T *f = fused_.Row(y), *row_a = a.image.Row(y), *row_b = b.image.Row(y);
    T* __restrict to = gradient.Row(y);
    for (int x = 0; x < size_.width; ++x) {
      to[x] +=
          factor * (direct[x] + 2 * f[x] * square[x] + row_a[x] * with_a[x] + row_b[x] * with_b[x]);
    }
  }
}

template class Ssim<float>;
template class Ssim<double>;

}  // namespace auif::pair
