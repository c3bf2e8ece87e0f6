#include "kernels/fuse_maps.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/reflect.h"
#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

using Rows = std::vector<std::vector<float>>;  // three rows of each of four maps

// Eq. 8, or eq. 9, at column x.
double Plain(const std::array<float, 4>& weights, const Rows& rows, bool attend, int x) {
  double shares[4] = {1, 1, 1, 1};
  if (attend) {
    const auto magnitude = [&](int map) {
      double sum = 0;
      for (int t = 0; t < 9; ++t) {
        const auto& row = rows[3 * map + t / 3];
        sum += std::abs(double{row[Reflect(x + t % 3 - 1, static_cast<int>(row.size()))]});
      }
      return sum;
    };
    for (int m = 0; m < 4; m += 2) {
      const double ir = magnitude(m), vis = magnitude(m + 1);
      shares[m] = ir + vis > 0 ? ir / (ir + vis) : 0.5;
      shares[m + 1] = 1 - shares[m];
    }
  }
  double sum = 0;
  for (int m = 0; m < 4; ++m) sum += shares[m] * double{weights[m]} * double{rows[3 * m + 1][x]};
  return sum;
}

TEST(FuseMapsTest, AgreesWithTheFormulas) {
  // Sums of four products below 1.2, rounded a few times. Measured: at most 2.6e-7.
  constexpr double kTolerance = 4e-7;
  const std::array<float, 4> weights{1, 0.7f, -0.4f, 1.2f};
  double largest = 0;
  for (int width = 10; width <= 150; ++width) {
    Rows rows = RandomRows(12, width, -1, 1, width);
    // Where both base maps are zero their shares are 1/2, not 0/0.
    for (int i = 0; i < 6; ++i) std::fill_n(rows[i].begin(), 5, 0.0f);
    ForEachTarget([&] {
      const RowLayout layout(width);
      const StripedRows in(layout, rows, 1);
      std::array<MapRows, 4> maps;
      for (int m = 0; m < 4; ++m) maps[m] = {in[3 * m], in[3 * m + 1], in[3 * m + 2]};
      for (const bool attend : {false, true}) {
        StripedOutput out(layout, 1, 1);
        (attend ? AttendMapRows : AddMapRows)(weights, maps, layout, out[0]);
        for (int x = 0; x < width; ++x) {
          const double plain = Plain(weights, rows, attend, x);
          ASSERT_NEAR(out.At(0, x), plain, kTolerance) << width << " " << x << " " << attend;
          largest = std::max(largest, std::abs(out.At(0, x) - plain));
        }
        ASSERT_TRUE(out.MarginsAreSet(0)) << width;
      }
    });
  }
  EXPECT_GT(largest, kTolerance / 4) << "the bound is lax: the largest error is " << largest;
}

}  // namespace
}  // namespace auif
