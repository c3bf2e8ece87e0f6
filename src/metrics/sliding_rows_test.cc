#include "metrics/sliding_rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/filters.h"
#include "metrics/halve.h"
#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(SlidingRowsTest, EqualsTheFilterOfPlanes) {
  const Plane<double> image = Noise(9, 7, 1);
  const std::vector<double> kernel = GaussianKernel(3, 1);
  const Plane<double> expected = FilterValid(image, kernel, kernel);
  SlidingRows rows(9, 3);
  SlidingRows copy(1, 1);
  std::vector<double> out(7);
  for (int y = 0; y < 7; ++y) {
    std::copy_n(image.Row(y), 9, rows.Push());
    if (y < 2) continue;
    copy = rows;
    copy.Filter(kernel, out.data());
    for (int x = 0; x < 7; ++x) EXPECT_EQ(out[static_cast<std::size_t>(x)], expected.Row(y - 2)[x]);
  }
}

TEST(HalveTest, ByHandForOddSizes) {
  const Plane<double> half = Halve(Rows({{1, 3, 10}, {5, 7, 20}, {2, 4, 8}}));
  ASSERT_EQ(half.width(), 2);
  ASSERT_EQ(half.height(), 2);
  EXPECT_EQ(half.Row(0)[0], 4);
  EXPECT_EQ(half.Row(0)[1], 15);
  EXPECT_EQ(half.Row(1)[0], 3);
  EXPECT_EQ(half.Row(1)[1], 8);
}

}  // namespace
}  // namespace auif::metrics
