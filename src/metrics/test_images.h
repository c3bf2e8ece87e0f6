// Small images for the tests of this folder.
#pragma once

#include <initializer_list>
#include <random>

#include "auif/plane.h"

namespace auif::metrics {

inline Plane<double> Rows(std::initializer_list<std::initializer_list<double>> rows) {
  Plane<double> image(static_cast<int>(rows.begin()->size()), static_cast<int>(rows.size()));
  int y = 0;
  for (const auto& row : rows) std::copy(row.begin(), row.end(), image.Row(y++));
  return image;
}

// f(x, y) at every pixel.
template <typename F>
Plane<double> Fill(int width, int height, F f) {
  Plane<double> image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.Row(y)[x] = f(x, y);
  }
  return image;
}

inline Plane<double> Constant(int width, int height, double value) {
  return Fill(width, height, [value](int, int) { return value; });
}

// Whole grey levels 0..255, all equally likely.
inline Plane<double> Noise(int width, int height, unsigned seed) {
  std::minstd_rand random(seed);
  return Fill(width, height,
              [&random](int, int) { return static_cast<double>(random() / 7 % 256); });
}

// The same image with f applied to every pixel.
template <typename F>
Plane<double> Map(PlaneView<const double> in, F f) {
  return Fill(in.width, in.height, [&](int x, int y) { return f(in.Row(y)[x]); });
}

}  // namespace auif::metrics
