#include "kernels/striped_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "base/row_buffer.h"
#include "image/convert.h"
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
      StripeRow(layout, SampleType::kFloat, row.data(), striped[0]);
      for (int x = 0; x < width; ++x) EXPECT_EQ(striped[0][layout.Offset(x)], row[x]);
      UnstripeRow(layout, striped[0], SampleType::kFloat, back.data());
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
    StripeRow(layout, SampleType::kFloat, row.data(), striped[0]);
    UnstripeRow(layout, striped[0], SampleType::kFloat, row.data());
    EXPECT_EQ(std::vector<float>(row.begin(), row.begin() + 5),
              (std::vector<float>{0, 1, 0, 0, 0.5f}));
    EXPECT_EQ(row[69], 1);
  });
}

// Rows of all 65536 values, in an odd width so that both the blocks and the columns behind them are
// used, and all floats on both sides of every k + 1/2.
template <Sample T>
void ExpectTheConversionsOfConvertH() {
  constexpr int kWidth = 1021;
  const RowLayout layout(kWidth);
  RowBuffer<float> striped(1, layout.size(), 0);
  std::vector<T> row(kWidth), back(kWidth + 1);
  constexpr int kLargest = std::numeric_limits<T>::max();
  for (int first = 0; first <= kLargest; first += kWidth) {
    for (int x = 0; x < kWidth; ++x) row[x] = static_cast<T>(std::min(first + x, kLargest));
    StripeRow(layout, kSampleType<T>, row.data(), striped[0]);
    for (int x = 0; x < kWidth; ++x) ASSERT_EQ(striped[0][layout.Offset(x)], ToUnit(row[x]));
    UnstripeRow(layout, striped[0], kSampleType<T>, back.data());
    for (int x = 0; x < kWidth; ++x) ASSERT_EQ(back[x], row[x]);
  }
  std::vector<float> values = {-1, -0.0f, 0, 1e-45f, 1e-30f, 0.5f, 1, 1.5f, 1e30f, NAN, INFINITY};
  constexpr int kNeighbours = 20;
  for (int k = 0; k < kLargest; ++k) {
    auto value = static_cast<float>((k + 0.5) / kLargest);
    for (int i = 0; i < kNeighbours; ++i) value = std::nextafter(value, 0.0f);
    for (int i = 0; i <= 2 * kNeighbours; ++i) {
      values.push_back(value);
      value = std::nextafter(value, 2.0f);
    }
  }
  values.resize((values.size() + kWidth - 1) / kWidth * kWidth);
  back.back() = 77;
  for (std::size_t first = 0; first < values.size(); first += kWidth) {
    for (int x = 0; x < kWidth; ++x) striped[0][layout.Offset(x)] = values[first + x];
    UnstripeRow(layout, striped[0], kSampleType<T>, back.data());
    for (int x = 0; x < kWidth; ++x) {
      ASSERT_EQ(back[x], FromUnit<T>(values[first + x])) << values[first + x];
    }
  }
  EXPECT_EQ(back.back(), 77);  // nothing is written behind the row
}

TEST(StripedRowTest, IntegersAreConvertedAsInImageConvert) {
  ForEachTarget([] {
    ExpectTheConversionsOfConvertH<std::uint8_t>();
    ExpectTheConversionsOfConvertH<std::uint16_t>();
  });
}

TEST(StripedRowTest, IntegersOfEveryWidth) {
  ForEachTarget([] {
    for (int width = 10; width <= 600; ++width) {
      SCOPED_TRACE(width);
      const RowLayout layout(width);
      RowBuffer<float> striped(1, layout.size(), 0);
      // At an odd address, and with what must not be written around the row.
      std::vector<std::uint8_t> row(width + 1), back(width + 2, 7);
      std::vector<std::uint16_t> row16(width + 1), back16(width + 2, 7);
      for (int x = 0; x < width; ++x) {
        row[x + 1] = static_cast<std::uint8_t>(37 * x);
        row16[x + 1] = static_cast<std::uint16_t>(3571 * x);
      }
      StripeRow(layout, SampleType::kUint8, &row[1], striped[0]);
      for (int x = 0; x < width; ++x) {
        ASSERT_EQ(striped[0][layout.Offset(x)], ToUnit(row[x + 1]));
      }
      UnstripeRow(layout, striped[0], SampleType::kUint8, &back[1]);
      StripeRow(layout, SampleType::kUint16, &row16[1], striped[0]);
      for (int x = 0; x < width; ++x) {
        ASSERT_EQ(striped[0][layout.Offset(x)], ToUnit(row16[x + 1]));
      }
      UnstripeRow(layout, striped[0], SampleType::kUint16, &back16[1]);
      EXPECT_TRUE(std::equal(&row[1], &row[1] + width, &back[1]));
      EXPECT_TRUE(std::equal(&row16[1], &row16[1] + width, &back16[1]));
      EXPECT_EQ(back.front() + back.back() + back16.front() + back16.back(), 4 * 7);
    }
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
