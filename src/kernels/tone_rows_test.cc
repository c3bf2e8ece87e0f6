#include "kernels/tone_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "tests/every_variant.h"
#include "tests/striped_rows.h"

namespace auif {
namespace {

using PlainRow = std::vector<float>;

double Look(const ToneTable& table, double s) {
  const double at = std::clamp(s * table.per_level, 0.0, double(table.steps));
  const int i = std::min(static_cast<int>(at), table.steps - 1);
  return table.levels[i] + (at - i) * (double{table.levels[i + 1]} - table.levels[i]);
}

void Fill(const RowLayout& layout, const PlainRow& row, int margin, float* striped) {
  for (int x = 0; x < layout.width(); ++x) striped[layout.Offset(x)] = row[x];
  SetMarginsByColumn(layout, margin, striped);
}

void ExpectTones(const ToneTable& table, int width, double tolerance, double* largest) {
  std::vector<PlainRow> rows = RandomRows(2, width, 0, 1, width);
  rows[0][3] = rows[1][3] = 1;
  rows[0][7] = rows[1][7] = 0;
  ForEachTarget([&] {
    const RowLayout layout(width);
    const StripedRows in(layout, rows, 0);
    StripedOutput closed(layout, 1, 2), toned(layout, 2, 0), in_place(layout, 2, 0);
    StripedOutput least(layout, 1, 2);
    ToneRows(table, layout, in[0], in[1], closed[0], toned[0], toned[1], least[0]);
    for (int i = 0; i < 2; ++i) std::copy_n(in[i], layout.size(), in_place[i]);
    StripedOutput again(layout, 1, 2);
    ToneRows(table, layout, in_place[0], in_place[1], again[0], in_place[0], in_place[1], least[0]);
    for (int x = 0; x < width; ++x) {
      const double a = rows[0][x], b = rows[1][x];
      const double expected[] = {Look(table, std::max(a, b) + double{table.share} * std::min(a, b)),
                                 std::clamp(Look(table, a + table.shift), 0.0, 1.0),
                                 std::clamp(Look(table, b + table.shift), 0.0, 1.0)};
      const float got[] = {closed.At(0, x), toned.At(0, x), toned.At(1, x)};
      ASSERT_EQ(least.At(0, x), std::min(got[1], got[2]));
      for (int i = 0; i < 3; ++i) {
        ASSERT_NEAR(got[i], expected[i], tolerance) << width << " " << x << " " << i;
        *largest = std::max(*largest, std::abs(got[i] - expected[i]));
      }
      ASSERT_EQ(again.At(0, x), closed.At(0, x));
      for (int i = 0; i < 2; ++i) ASSERT_EQ(in_place.At(i, x), toned.At(i, x));
    }
    ASSERT_TRUE(closed.MarginsAreSet(0) && again.MarginsAreSet(0)) << width;
  });
}

TEST(ToneRowsTest, AgreeWithPlainLoops) {
  // A curve of a slope of up to 1.6. s is up to 1.3, so rounding it and its place shows as 2e-7.
  PlainRow levels = {-0.25F};
  const PlainRow steps = RandomRows(1, 512, 0, 1.6F / 256, 1)[0];
  for (const float step : steps) {
    levels.push_back(std::min(levels.back() + step, 1.25F));
  }
  const ToneTable table{levels.data(), 512, 256, 0.3F, 0.11F};
  constexpr double kTolerance = 4e-7;
  double largest = 0;
  for (int width = 10; width <= 150; ++width) ExpectTones(table, width, kTolerance, &largest);
  EXPECT_GT(largest, kTolerance / 4) << "the bound is lax: the largest error is " << largest;
}

TEST(ToneRowsTest, CurvesAreConstantBeyondTheirEnds) {
  const PlainRow levels = {0.2F, 0.9F, -0.2F, 1.2F};
  double largest = 0;
  for (const float shift : {-0.7F, 0.0F, 0.8F}) {
    ExpectTones({levels.data(), 3, 3, 0.5F, shift}, 37, 1e-6, &largest);
  }
}

TEST(ToneRowsTest, JoinedRows) {
  for (int width = 10; width <= 150; ++width) {
    std::vector<PlainRow> rows = RandomRows(4, width, -1, 1, width);  // base, detail, the others
    rows[3][4] = -rows[1][4];
    rows[3][5] = rows[1][5];
    rows[1][6] = 0;
    rows[3][6] = -0.0F;
    ForEachTarget([&] {
      const RowLayout layout(width);
      const StripedRows others(layout, {rows[2], rows[3]}, 2);
      StripedOutput out(layout, 2, 2);
      for (int i = 0; i < 2; ++i) Fill(layout, rows[i], 2, out[i]);
      JoinInitialRows(layout, others[0], others[1], out[0], out[1]);
      for (int x = 0; x < width; ++x) {
        ASSERT_EQ(out.At(0, x), std::max(rows[0][x], rows[2][x])) << width << " " << x;
        const float own = rows[1][x], other = rows[3][x];
        ASSERT_EQ(out.At(1, x), std::abs(own) >= std::abs(other) ? own : other);
      }
      ASSERT_TRUE(out.MarginsAreSet(0) && out.MarginsAreSet(1)) << width;
    });
  }
}

TEST(ToneRowsTest, SoftClip) {
  constexpr double kBend = kSoftClipBend, kTolerance = 1.2e-7;
  for (int width = 10; width <= 150; ++width) {
    PlainRow row = RandomRows(1, width, -0.1F, 1.1F, width)[0];
    const PlainRow special = {-1e30F, 1e30F, 0, 1, -0.02F, 0.02F, 0.98F, 1.02F, 0.01F, 0.99F};
    std::copy(special.begin(), special.end(), row.begin());
    ForEachTarget([&] {
      const RowLayout layout(width);
      StripedOutput out(layout, 1, 0);
      for (int x = 0; x < width; ++x) out[0][layout.Offset(x)] = row[x];
      SoftClipRow(layout, out[0]);
      for (int x = 0; x < width; ++x) {
        const double v = row[x];
        const bool upper = v > 0.5;
        const double inside = upper ? 1 - v : v;
        const double bent = inside >= kBend    ? inside
                            : inside <= -kBend ? 0
                                               : std::pow(inside + kBend, 2) / (4 * kBend);
        ASSERT_NEAR(out.At(0, x), upper ? 1 - bent : bent, kTolerance) << width << " " << v;
      }
      EXPECT_EQ(out.At(0, 0), 0);
      EXPECT_EQ(out.At(0, 1), 1);
      EXPECT_NEAR(out.At(0, 2), 0.005, 1e-9);
      EXPECT_NEAR(out.At(0, 3), 0.995, kTolerance);
    });
  }
}

}  // namespace
}  // namespace auif
