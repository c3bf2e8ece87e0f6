#include "kernels/initial_filters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/reflect.h"
#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

// The sum of a box around column x of row y, reflected.
double Box(const std::vector<std::vector<float>>& image, int y, int x, int radius) {
  const int height = static_cast<int>(image.size()), width = static_cast<int>(image[0].size());
  double sum = 0;
  for (int j = -radius; j <= radius; ++j) {
    for (int i = -radius; i <= radius; ++i) {
      sum += double{image[Reflect(y + j, height)][Reflect(x + i, width)]};
    }
  }
  return sum;
}

TEST(InitialFiltersTest, AgreeWithTheFormulas) {
  // The sum and its scale are rounded to float and so is their product, each by 2^-25 of values
  // near 1/2; the average of 121 or 361 values that are rounded to units of 2^-22 errs by less.
  // Measured: 1.0e-7.
  constexpr double kTolerance = 2e-7;
  double largest = 0;
  for (int width = 10; width <= 90; width += width < 50 ? 1 : 7) {
    const int height = 10 + width % 5;
    const auto image = RandomRows(height, width, 0, 1, width);
    ForEachTarget([&] {
      const RowLayout layout(width);
      const StripedRows rows(layout, image, 0);
      const auto row = [&](int y) { return rows[Reflect(y, height)]; };
      ColumnSums sums(layout);
      sums.Start(0, row);
      for (int y = 0; y < height; ++y) {
        StripedOutput base(layout, 1, 2), detail(layout, 1, 2);
        sums.Filter(rows[y], base[0], detail[0]);
        for (int x = 0; x < width; ++x) {
          const double mean = Box(image, y, x, kBaseRadius) / 121;
          const double laplacian =
              (Box(image, y, x, kDetailRadius) - 361 * double{image[y][x]}) / 720;
          ASSERT_NEAR(base.At(0, x), mean, kTolerance) << width << " " << y << " " << x;
          ASSERT_NEAR(detail.At(0, x), laplacian, kTolerance) << width << " " << y << " " << x;
          largest = std::max(
              {largest, std::abs(base.At(0, x) - mean), std::abs(detail.At(0, x) - laplacian)});
        }
        ASSERT_TRUE(base.MarginsAreSet(0) && detail.MarginsAreSet(0)) << width;
        // Sums that begin in any row have the same bits as those that run through.
        ColumnSums anew(layout);
        anew.Start(y, row);
        StripedOutput base_anew(layout, 1, 2), detail_anew(layout, 1, 2);
        anew.Filter(rows[y], base_anew[0], detail_anew[0]);
        for (int x = 0; x < width; ++x) {
          ASSERT_EQ(base.At(0, x), base_anew.At(0, x));
          ASSERT_EQ(detail.At(0, x), detail_anew.At(0, x));
        }
        if (y + 1 < height) sums.Advance(y, row);
      }
    });
  }
  EXPECT_GT(largest, kTolerance / 4) << "the bound is lax: the largest error is " << largest;
}

}  // namespace
}  // namespace auif
