#include "image/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "auif/error.h"

namespace auif {
namespace {

double Cubic(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

// What one new pixel along an axis is made of: `weights` of the old ones from `first` on.
struct Tap {
  int first = 0;
  std::vector<float> weights;
};

std::vector<Tap> Taps(int from, int to) {
  const double scale = static_cast<double>(from) / to, wide = std::max(1.0, scale);
  std::vector<Tap> taps(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int begin = static_cast<int>(std::floor(centre - 2 * wide)),
              end = static_cast<int>(std::ceil(centre + 2 * wide));
    // What lies beyond a border counts as the border's pixel.
    const int first = std::clamp(begin, 0, from - 1), last = std::clamp(end, 0, from - 1);
    std::vector<double> weights(static_cast<std::size_t>(last - first + 1));
    double sum = 0;
    for (int x = begin; x <= end; ++x) {
      const double weight = Cubic((x + 0.5 - centre) / wide);
      weights[static_cast<std::size_t>(std::clamp(x, first, last) - first)] += weight;
      sum += weight;
    }
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.first = first;
    for (const double weight : weights) tap.weights.push_back(static_cast<float>(weight / sum));
  }
  return taps;
}

Plane<float> Resampled(const Plane<float>& plane, const std::vector<Tap>& columns,
                       const std::vector<Tap>& rows) {
  const int width = static_cast<int>(columns.size()), height = static_cast<int>(rows.size());
  Plane<float> wide(width, plane.height());
  for (int y = 0; y < plane.height(); ++y) {
    const float* from = plane.Row(y);
    for (int x = 0; x < width; ++x) {
      const Tap& tap = columns[static_cast<std::size_t>(x)];
      float sum = 0;
      for (std::size_t i = 0; i < tap.weights.size(); ++i) {
        sum += tap.weights[i] * from[static_cast<std::size_t>(tap.first) + i];
      }
      wide.Row(y)[x] = sum;
    }
  }
  Plane<float> out(width, height);
  for (int y = 0; y < height; ++y) {
    const Tap& tap = rows[static_cast<std::size_t>(y)];
    float* to = out.Row(y);
    std::fill_n(to, width, 0.0F);
    for (std::size_t i = 0; i < tap.weights.size(); ++i) {
      const float* from = wide.Row(tap.first + static_cast<int>(i));
      for (int x = 0; x < width; ++x) to[x] += tap.weights[i] * from[x];
    }
  }
  return out;
}

template <Sample T>
T FromSample(float value) {
  if constexpr (std::same_as<T, float>) {
    return value;
  } else {
    return static_cast<T>(
        std::clamp(value, 0.0F, static_cast<float>(std::numeric_limits<T>::max())) + 0.5F);
  }
}

}  // namespace

Image Resampled(const Image& image, Size size) {
  if (image.empty() || size.width < 1 || size.height < 1) {
    throw Error(ErrorKind::kUsage, "an empty image cannot be scaled", image.source());
  }
  ImageSpec spec = image.spec();
  spec.size = size;
  Image out(spec);
  const std::vector<Tap> columns = Taps(image.width(), size.width),
                         rows = Taps(image.height(), size.height);
  image.Visit([&]<typename T>(const std::vector<Plane<T>>& planes) {
    for (int c = 0; c < image.channels(); ++c) {
      // Samples, not levels: integers come back as they were where nothing is scaled.
      Plane<float> samples(image.size());
      for (int y = 0; y < image.height(); ++y) {
        std::copy_n(planes[static_cast<std::size_t>(c)].Row(y), image.width(), samples.Row(y));
      }
      const Plane<float> scaled = Resampled(samples, columns, rows);
      for (int y = 0; y < size.height; ++y) {
        std::transform(scaled.Row(y), scaled.Row(y) + size.width, out.View<T>(c).Row(y),
                       FromSample<T>);
      }
    }
  });
  return out;
}

}  // namespace auif
