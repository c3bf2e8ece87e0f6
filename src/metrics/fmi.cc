#include "metrics/fmi.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "metrics/image_features.h"

namespace auif::metrics {
namespace {

constexpr int kSide = 3;
constexpr std::size_t kCells = kSide * kSide;
using Cells = std::array<double, kCells>;

// A window as the distribution of a position.
struct Distribution {
  Cells p;
  Cells log_p;         // base 2; 0 where p is 0
  Cells deviation;     // p - 1/9
  double square;       // sum of deviation^2
  double mean, sigma;  // of the position
  double entropy;      // bits
  bool constant;
};

double Log2OrZero(double x) { return x == 0 ? 0 : std::log2(x); }

Distribution Describe(GreyView feature, int top, int left) {
  Distribution d{};
  for (int x = 0; x < kSide; ++x) {
    for (int y = 0; y < kSide; ++y) {
      d.p[static_cast<std::size_t>(x * kSide + y)] = feature.Row(top + y)[left + x];
    }
  }
  const auto [least, most] = std::minmax_element(d.p.begin(), d.p.end());
  d.constant = *least == *most;
  const double low = *least;
  double sum = 0;
  for (double& p : d.p) sum += p = d.constant ? 1 : p - low;
  double square = 0;
  for (std::size_t k = 0; k < kCells; ++k) {
    d.p[k] /= sum;
    d.log_p[k] = Log2OrZero(d.p[k]);
    d.entropy -= d.p[k] * d.log_p[k];
    const double position = static_cast<double>(k);
    d.mean += position * d.p[k];
    square += position * position * d.p[k];
    d.deviation[k] = d.constant ? 0 : d.p[k] - 1.0 / kCells;
    d.square += d.deviation[k] * d.deviation[k];
  }
  d.sigma = std::sqrt(std::max(square - d.mean * d.mean, 0.0));
  return d;
}

// The extreme joint distribution of two positions has at most 17 cells that are not 0.
struct Cell {
  std::size_t i, j;
  double mass;
};
struct Coupling {
  std::array<Cell, 2 * kCells - 1> cells;
  std::size_t count = 0;
  double mean_product = 0;  // of both positions
};

// Hands out the masses of both marginals side by side, the second from its far end if `reverse`.
Coupling Couple(const Cells& p, const Cells& q, bool reverse) {
  Coupling result;
  std::size_t i = 0, k = 0;
  const auto at = [&](std::size_t step) { return reverse ? kCells - 1 - step : step; };
  double left_p = p[0], left_q = q[at(0)];
  for (;;) {
    const double mass = std::min(left_p, left_q);
    if (mass > 0) {
      result.cells[result.count++] = {i, at(k), mass};
      result.mean_product += mass * static_cast<double>(i) * static_cast<double>(at(k));
    }
    left_p -= mass;
    left_q -= mass;
    const bool next_p = left_p <= 0;
    if (left_q <= 0) {
      if (++k == kCells) break;
      left_q = q[at(k)];
    }
    if (next_p) {
      if (++i == kCells) break;
      left_p = p[i];
    }
  }
  return result;
}

double SharedInformation(const Distribution& one, const Distribution& other) {
  if ((one.constant && other.constant) || one.p == other.p) return 1;
  if (one.entropy <= 0 || other.entropy <= 0) return 0;
  double product = 0;
  for (std::size_t k = 0; k < kCells; ++k) product += one.deviation[k] * other.deviation[k];
  if (product == 0) return 0;  // independent
  const double correlation = product / std::sqrt(one.square * other.square);
  const Coupling extreme = Couple(one.p, other.p, correlation < 0);
  const double extreme_correlation =
      (extreme.mean_product - one.mean * other.mean) / (one.sigma * other.sigma);
  const double t = correlation / extreme_correlation, rest = 1 - t;
  // The joint entropy as if every cell were `rest` p q; then the cells of the coupling.
  const double log_rest = Log2OrZero(std::abs(rest));
  double joint = rest * (one.entropy + other.entropy - log_rest);
  for (std::size_t c = 0; c < extreme.count; ++c) {
    const auto [i, j, mass] = extreme.cells[c];
    const double independent = rest * one.p[i] * other.p[j];
    const double cell = t * mass + independent;
    joint += independent * (log_rest + one.log_p[i] + other.log_p[j]);
    joint -= cell * Log2OrZero(std::abs(cell));
  }
  const double both = one.entropy + other.entropy;
  return 2 * (both - joint) / both;
}

Plane<double> Feature(GreyView image, FmiFeature feature) {
  switch (feature) {
    case FmiFeature::kDct:
      return CosineTransform(image);
    case FmiFeature::kWavelet:
      return MeyerTransform(image);
    case FmiFeature::kPixel:
      break;
  }
  Plane<double> copy(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.Row(y), image.width, copy.Row(y));
  }
  return copy;
}

}  // namespace

Score Fmi(GreyView a, GreyView b, GreyView f, FmiFeature feature) {
  assert(SameSize(a, f) && SameSize(b, f));
  if (f.width < kSide || f.height < kSide) return std::nullopt;
  const Plane<double> in_a = Feature(a, feature), in_b = Feature(b, feature);
  const Plane<double> in_f = Feature(f, feature);
  const int width = in_f.width() - kSide + 1, height = in_f.height() - kSide + 1;
  double total = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Distribution of_f = Describe(in_f, y, x);
      total += SharedInformation(Describe(in_a, y, x), of_f);
      total += SharedInformation(Describe(in_b, y, x), of_f);
    }
  }
  return total / 2 / (static_cast<double>(width) * height);
}

}  // namespace auif::metrics
