#include "metrics/heat_kept.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "metrics/histogram.h"

namespace auif::metrics {
namespace {

constexpr double kHottest = 0.01;     // of the pixels
constexpr int kGuard = 4;             // pixels
constexpr int kReach = 16;            // pixels
constexpr double kLeastContrast = 1;  // grey level

// The highest level that enough pixels reach.
int HotLevel(const std::vector<std::uint8_t>& levels) {
  const Histogram counts = CountLevels(levels);
  const double wanted = kHottest * static_cast<double>(levels.size());
  int level = kLevels - 1;
  for (double reached = counts.back(); reached < wanted && level > 0;) {
    reached += counts[static_cast<std::size_t>(--level)];
  }
  return level;
}

// Pixels within a Chebyshev distance of those that are set; nothing lies outside of the image.
cv::Mat1b Within(const cv::Mat1b& set, int distance) {
  cv::Mat1b out;
  const int side = 2 * distance + 1;
  cv::dilate(set, out, cv::getStructuringElement(cv::MORPH_RECT, {side, side}));
  return out;
}

struct Mean {
  double sum = 0;
  std::int64_t count = 0;
  double Get() const { return sum / static_cast<double>(count); }
};

}  // namespace

Score HeatKept(GreyView a, GreyView f) {
  assert(SameSize(a, f));
  if (a.width == 0 || a.height == 0) return std::nullopt;
  std::vector<std::uint8_t> levels = Quantize(a, Levels::kRounded);
  const int hot = HotLevel(levels);
  const cv::Mat1b target = cv::Mat1b(a.height, a.width, levels.data()) >= hot;
  const cv::Mat1b guard = Within(target, kGuard), reach = Within(target, kReach);
  Mean target_a, target_f, around_a, around_f;
  for (int y = 0; y < a.height; ++y) {
    const double *row_a = a.Row(y), *row_f = f.Row(y);
    for (int x = 0; x < a.width; ++x) {
      if (!reach(y, x) || (guard(y, x) && !target(y, x))) continue;
      Mean& mean_a = target(y, x) ? target_a : around_a;
      Mean& mean_f = target(y, x) ? target_f : around_f;
      mean_a.sum += row_a[x];
      mean_f.sum += row_f[x];
      ++mean_a.count;
      ++mean_f.count;
    }
  }
  if (around_a.count == 0) return std::nullopt;
  const double contrast = target_a.Get() - around_a.Get();
  if (contrast < kLeastContrast) return std::nullopt;
  return (target_f.Get() - around_f.Get()) / contrast;
}

}  // namespace auif::metrics
