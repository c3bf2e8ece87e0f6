#include "kernels/striped_row.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "base/row_buffer.h"
#include "tests/every_variant.h"

namespace auif {
namespace {

TEST(StripedRowTest, EveryColumnHasItsPlace) {
  ForEachTarget([] {
    for (int width = 10; width <= 200; ++width) {
      SCOPED_TRACE(width);
      const RowLayout layout(width);
      std::set<int> places;
      for (int x = 0; x < width; ++x) places.insert(layout.Offset(x));
      EXPECT_EQ(places.size(), static_cast<std::size_t>(width));
      EXPECT_GE(*places.begin(), 0);
      EXPECT_LT(*places.rbegin(), layout.size());
    }
  });
}

TEST(StripedRowTest, ThereAndBack) {
  ForEachTarget([] {
    for (int width = 10; width <= 200; ++width) {
      SCOPED_TRACE(width);
      const RowLayout layout(width);
      std::vector<float> row(width), back(width + 1, -1.0f);
      for (int x = 0; x < width; ++x) row[x] = static_cast<float>(x) / 256;
      RowBuffer<float> striped(1, layout.size(), 0);
      StripeRow(layout, row.data(), striped[0]);
      for (int x = 0; x < width; ++x) EXPECT_EQ(striped[0][layout.Offset(x)], row[x]);
      UnstripeRow(layout, striped[0], back.data());
      EXPECT_EQ(back.back(), -1);  // nothing is written behind the row
      back.pop_back();
      EXPECT_EQ(back, row);
    }
  });
}

TEST(StripedRowTest, ValuesAreClamped) {
  ForEachTarget([] {
    std::vector<float> row(70, 0.5f);
    const float infinity = std::numeric_limits<float>::infinity();
    row[0] = -1e-9f, row[1] = 1.5f, row[2] = NAN, row[3] = -infinity, row[69] = infinity;
    const RowLayout layout(70);
    RowBuffer<float> striped(1, layout.size(), 0);
    StripeRow(layout, row.data(), striped[0]);
    UnstripeRow(layout, striped[0], row.data());
    EXPECT_EQ(std::vector<float>(row.begin(), row.begin() + 5),
              (std::vector<float>{0, 1, 0, 0, 0.5f}));
    EXPECT_EQ(row[69], 1);
  });
}

TEST(StripedRowTest, MarginsGoOnWithTheNextStretchAndReflect) {
  ForEachTarget([] {
    for (int width = 10; width <= 200; ++width) {
      SCOPED_TRACE(width);
      const RowLayout layout(width);
      const int lanes = layout.lanes(), stride = layout.stride();
      constexpr int kCount = 9;
      RowBuffer<float> row(1, layout.size(), kCount * lanes);
      for (int x = 0; x < width; ++x) row[0][layout.Offset(x)] = static_cast<float>(x);
      SetMarginsByColumn(layout, kCount, row[0]);
      for (int x = 0; x < width; ++x) {
        const int lane = layout.Offset(x) % lanes, k = layout.Offset(x) / lanes;
        ASSERT_EQ(lane * stride + k, x);
        for (int i = -kCount; i <= kCount; ++i) {
          EXPECT_EQ(row[0][(k + i) * lanes + lane], Reflect(x + i, width)) << x << " " << i;
        }
      }
    }
  });
}

}  // namespace
}  // namespace auif
