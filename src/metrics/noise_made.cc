#include "metrics/noise_made.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

namespace auif::metrics {
namespace {

constexpr int kBlock = 8;
constexpr double kBlack = 2.5, kWhite = 252.5;  // grey levels
constexpr double kRounding = 1.0 / 12;          // squared grey levels
constexpr std::size_t kFlatShare = 10;          // one in so many

bool Clipped(GreyView image, int left, int top) {
  for (int y = top; y < top + kBlock; ++y) {
    const double* row = image.Row(y) + left;
    const auto [least, most] = std::minmax_element(row, row + kBlock);
    if (*least < kBlack || *most > kWhite) return true;
  }
  return false;
}

// v_b of the header for the block whose first pixel is (left, top).
double Variance(GreyView image, int left, int top) {
  double sum = 0;
  for (int y = top; y < top + kBlock; ++y) {
    const double *above = image.Row(y - 1), *row = image.Row(y), *below = image.Row(y + 1);
    // The second difference down a column, of three columns at a time.
    const auto down = [&](int x) { return above[x] - 2 * row[x] + below[x]; };
    double before = down(left - 1), here = down(left);
    for (int x = left; x < left + kBlock; ++x) {
      const double after = down(x + 1), value = before - 2 * here + after;
      sum += value * value;
      before = here;
      here = after;
    }
  }
  return sum / (36 * kBlock * kBlock);
}

}  // namespace

Score NoiseMade(GreyView a, GreyView b, GreyView f) {
  assert(SameSize(a, b) && SameSize(a, f));
  std::vector<std::array<double, 3>> blocks;  // v_b of A, B and F
  for (int y = 1; y + kBlock < f.height; y += kBlock) {
    for (int x = 1; x + kBlock < f.width; x += kBlock) {
      if (Clipped(a, x, y) || Clipped(b, x, y) || Clipped(f, x, y)) continue;
      blocks.push_back({Variance(a, x, y), Variance(b, x, y), Variance(f, x, y)});
    }
  }
  if (blocks.empty()) return std::nullopt;
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const auto& l, const auto& r) { return l[0] + l[1] < r[0] + r[1]; });
  blocks.resize((blocks.size() + kFlatShare - 1) / kFlatShare);
  std::array<double, 3> mean{};
  for (const auto& block : blocks) {
    for (std::size_t i = 0; i < 3; ++i) mean[i] += block[i] / static_cast<double>(blocks.size());
  }
  return std::sqrt(mean[2] / std::max({mean[0], mean[1], kRounding}));
}

}  // namespace auif::metrics
