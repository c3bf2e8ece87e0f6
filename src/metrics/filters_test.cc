#include "metrics/filters.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

std::vector<double> FirstRow(const Plane<double>& plane) {
  return {plane.Row(0), plane.Row(0) + plane.width()};
}

TEST(FilterTest, BordersOfOneRow) {
  const Plane<double> row = Rows({{1, 2, 3}});
  const std::vector<double> one{1}, left{1, 0, 0, 0, 0}, right{0, 0, 0, 0, 1};
  const auto shifted = [&](const std::vector<double>& kernel, Border border) {
    return FirstRow(FilterSame(row, one, kernel, border));
  };
  using V = std::vector<double>;
  EXPECT_EQ(shifted(left, Border::kZero), (V{0, 0, 1}));
  EXPECT_EQ(shifted(left, Border::kReplicate), (V{1, 1, 1}));
  EXPECT_EQ(shifted(left, Border::kSymmetric), (V{2, 1, 1}));
  EXPECT_EQ(shifted(left, Border::kMirror), (V{3, 2, 1}));
  EXPECT_EQ(shifted(right, Border::kZero), (V{3, 0, 0}));
  EXPECT_EQ(shifted(right, Border::kReplicate), (V{3, 3, 3}));
  EXPECT_EQ(shifted(right, Border::kSymmetric), (V{3, 3, 2}));
  EXPECT_EQ(shifted(right, Border::kMirror), (V{3, 2, 1}));
}

TEST(FilterTest, WindowsWiderThanTheImage) {
  const std::vector<double> one{1}, far{1, 0, 0, 0, 0, 0, 0, 0, 0};  // four to the left
  const Plane<double> row = Rows({{1, 2}});
  EXPECT_EQ(FirstRow(FilterSame(row, one, far, Border::kSymmetric)),
            (std::vector<double>{1, 2}));  // 12|21|1221: the period is 4
  EXPECT_EQ(FirstRow(FilterSame(row, one, far, Border::kMirror)), (std::vector<double>{1, 2}));
  EXPECT_EQ(FirstRow(FilterSame(Rows({{5}}), one, far, Border::kMirror)), (std::vector<double>{5}));
}

TEST(FilterTest, RowsAndColumnsAlike) {
  const Plane<double> a = Noise(9, 7, 1);
  const Plane<double> turned = Fill(7, 9, [&](int x, int y) { return a.Row(x)[y]; });
  const std::vector<double> k1{0.25, 0.5, 1}, k2{1, 2, 4, 8, 16};
  for (const Border border :
       {Border::kZero, Border::kReplicate, Border::kSymmetric, Border::kMirror}) {
    const Plane<double> one = FilterSame(a, k1, k2, border);
    const Plane<double> other = FilterSame(turned, k2, k1, border);
    for (int y = 0; y < 7; ++y) {
      for (int x = 0; x < 9; ++x) EXPECT_EQ(one.Row(y)[x], other.Row(x)[y]);
    }
  }
}

TEST(FilterTest, ValidIsTheInnerPartOfSame) {
  const Plane<double> a = Noise(19, 8, 1);
  const std::vector<double> k1 = GaussianKernel(5, 1), k2{1, 2, 4};
  const Plane<double> valid = FilterValid(a, k1, k2);
  const Plane<double> same = FilterSame(a, k1, k2, Border::kZero);
  ASSERT_EQ(valid.width(), 17);
  ASSERT_EQ(valid.height(), 4);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 17; ++x) EXPECT_EQ(valid.Row(y)[x], same.Row(y + 2)[x + 1]);
  }
  EXPECT_TRUE(FilterValid(a, UniformKernel(9), k2).empty());
}

TEST(GradientTest, ByHand) {
  const Gradient central = CentralGradient(Rows({{0, 1, 4}, {10, 11, 14}}));
  EXPECT_EQ(FirstRow(central.x), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(FirstRow(central.y), (std::vector<double>{10, 10, 10}));
  const Gradient single = CentralGradient(Rows({{7}}));
  EXPECT_EQ(single.x.Row(0)[0], 0);
  EXPECT_EQ(single.y.Row(0)[0], 0);
  // A slope of 1 to the right and 10 downwards, eight times.
  const Gradient sobel =
      SobelGradient(Fill(3, 3, [](int x, int y) { return x + 10.0 * y; }), Border::kReplicate);
  EXPECT_EQ(sobel.x.Row(1)[1], 8);
  EXPECT_EQ(sobel.y.Row(1)[1], 80);
}

TEST(EverySecondTest, StartsWithTheFirst) {
  const Plane<double> half = EverySecond(Rows({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(half.height(), 1);
  EXPECT_EQ(FirstRow(half), (std::vector<double>{1, 3}));
}

}  // namespace
}  // namespace auif::metrics
