// Images and comparisons for the tests of the losses on pairs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>

#include "auif/plane.h"

namespace auif::pair {

template <typename T>
struct Images {
  Plane<T> a, b, fused;
};

template <typename T, typename From>
Plane<T> As(const Plane<From>& image) {
  Plane<T> out(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) out.Row(y)[x] = static_cast<T>(image.Row(y)[x]);
  }
  return out;
}

template <typename T, typename From>
Images<T> As(const Images<From>& images) {
  return {As<T>(images.a), As<T>(images.b), As<T>(images.fused)};
}

template <typename F>
Plane<float> Fill(Size size, const F& value) {
  Plane<float> image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) image.Row(y)[x] = static_cast<float>(value(y, x));
  }
  return image;
}

// Smooth waves with texture, in [0.02, 0.98].
inline Plane<float> Textured(Size size, std::uint32_t seed) {
  std::mt19937 bits(seed);
  const auto unit = [&] { return bits() / 4294967296.0; };
  const double fx = 0.05 + 0.3 * unit(), fy = 0.05 + 0.3 * unit(), phase = 6 * unit();
  return Fill(size, [&](int y, int x) {
    const double wave =
        std::sin(fx * x + phase) * std::cos(fy * y) + 0.4 * std::sin(0.9 * fy * x + y);
    return std::clamp(0.5 + 0.25 * wave + 0.12 * (unit() - 0.5), 0.02, 0.98);
  });
}

// Two sources and a mixture with some texture of its own.
inline Images<float> TexturedImages(Size size, std::uint32_t seed) {
  Images<float> images{Textured(size, seed), Textured(size, seed + 1), {}};
  const Plane<float> own = Textured(size, seed + 2);
  images.fused = Fill(size, [&](int y, int x) {
    return 0.5 * images.a.Row(y)[x] + 0.35 * images.b.Row(y)[x] + 0.15 * own.Row(y)[x];
  });
  return images;
}

// Sources of 8 bits as cameras give them: parts without any texture, and parts that are black or
// white.
inline Images<float> CameraImages(Size size, std::uint32_t seed) {
  Images<float> images = TexturedImages(size, seed);
  const auto level = [](double v) { return std::round(255 * std::clamp(v, 0.0, 1.0)) / 255; };
  images.a = Fill(size, [&](int y, int x) {
    const double v = images.a.Row(y)[x];
    return y < size.height / 3 ? level(0.1) : level(1.6 * v - 0.3);
  });
  images.b = Fill(size, [&](int y, int x) {
    const double v = images.b.Row(y)[x];
    return x < size.width / 3 ? level(0.02 + 0.02 * v) : level(1.5 * v - 0.2);
  });
  images.fused = Fill(size, [&](int y, int x) {
    return -0.01 + 0.6 * images.a.Row(y)[x] + 0.35 * images.b.Row(y)[x] +
           0.02 * images.fused.Row(y)[x];
  });
  return images;
}

template <typename Loss, typename T>
double ForwardOf(Loss* loss, const Images<T>& images) {
  loss->SetSources(images.a, images.b);
  return loss->Forward(images.fused);
}

template <typename Loss, typename T>
Plane<T> GradientOf(Loss* loss, const Images<T>& images) {
  ForwardOf(loss, images);
  Plane<T> gradient(images.fused.size());
  loss->Backward(1, gradient.View());
  return gradient;
}

inline double Largest(const Plane<double>& map) {
  double largest = 0;
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) largest = std::max(largest, std::abs(map.Row(y)[x]));
  }
  return largest;
}

// The length of the difference over that of `reference`; 0 where both are zero.
inline double Distance(const Plane<double>& map, const Plane<double>& reference) {
  double difference = 0, length = 0;
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) {
      difference += std::pow(map.Row(y)[x] - reference.Row(y)[x], 2);
      length += std::pow(reference.Row(y)[x], 2);
    }
  }
  return difference == 0 ? 0 : std::sqrt(difference / length);
}

// The gradient of forward(fused) against differences at random pixels for which `smooth` is true,
// and at the corners. With a step h of 1e-5 and four values, the difference is off by about
// h^4 = 1e-20 times a fifth derivative, and by 1e-16 / h times the value in rounding; gradients are
// about a ten thousandth of the value.
inline void ExpectGradient(const Plane<double>& gradient, Plane<double> fused,
                           const std::function<double(const Plane<double>&)>& forward,
                           const std::function<bool(int y, int x)>& smooth = {}) {
  constexpr double kStep = 1e-5, kTolerance = 1e-6;
  const int width = fused.width(), height = fused.height();
  const double tolerance = kTolerance * Largest(gradient);
  std::mt19937 bits(5);
  int checked = 0;
  for (int i = 0; i < 60; ++i) {
    const bool corner = i < 4;
    const int y = corner ? i / 2 * (height - 1) : static_cast<int>(bits() % height);
    const int x = corner ? i % 2 * (width - 1) : static_cast<int>(bits() % width);
    if (smooth && !smooth(y, x)) continue;
    const double middle = fused.Row(y)[x];
    const auto at = [&](int steps) {
      fused.Row(y)[x] = middle + steps * kStep;
      return forward(fused);
    };
    const double near = at(1) - at(-1), far = at(2) - at(-2);
    fused.Row(y)[x] = middle;
    EXPECT_NEAR(gradient.Row(y)[x], (8 * near - far) / (12 * kStep), tolerance) << y << " " << x;
    ++checked;
  }
  EXPECT_GT(checked, 20);
}

}  // namespace auif::pair
