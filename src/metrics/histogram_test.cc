#include "metrics/histogram.h"

#include <gtest/gtest.h>

#include <numeric>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

using Pixels = std::vector<std::uint8_t>;

TEST(QuantizeTest, RoundsClipsAndStretches) {
  EXPECT_EQ(Quantize(Rows({{-3, 0.4, 0.5}, {254.4, 255, 300}}), Levels::kRounded),
            (Pixels{0, 0, 1, 254, 255, 255}));
  // 10..20 becomes 0..255: (12.5 - 10) / 10 * 255 = 63.75.
  EXPECT_EQ(Quantize(Rows({{10, 12.5, 20}}), Levels::kStretched), (Pixels{0, 64, 255}));
  EXPECT_EQ(Quantize(Rows({{10, 10}}), Levels::kStretched), (Pixels{10, 10}));
}

TEST(CountTest, CountsEveryPixelOnce) {
  for (std::size_t size = 1; size < 10; ++size) {  // four at once and the rest
    const Histogram counts = CountLevels(Pixels(size, 7));
    EXPECT_EQ(counts[7], size);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0.0), size);
  }
  const std::vector<double> pairs = CountPairs({1, 2, 1}, {5, 6, 5});
  EXPECT_EQ(pairs[256 * 1 + 5], 2);
  EXPECT_EQ(pairs[256 * 2 + 6], 1);
}

}  // namespace
}  // namespace auif::metrics
