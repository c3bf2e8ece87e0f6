#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "auif/method.h"
#include "tests/random_model.h"

namespace auif {
namespace {

using Map = Plane<double>;

Map Mapped(int width, int height, const std::function<double(int x, int y)>& f) {
  Map map(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) map.Row(y)[x] = f(x, y);
  }
  return map;
}

// Reflection that repeats the edge, however far outside.
int Inside(int i, int n) {
  i = (i % (2 * n) + 2 * n) % (2 * n);
  return i < n ? i : 2 * n - 1 - i;
}

// The weighted sum over a window, tap by tap.
Map Filtered(const Map& in, int radius, const std::function<double(int dx, int dy)>& tap) {
  return Mapped(in.width(), in.height(), [&](int x, int y) {
    double sum = 0;
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) {
        sum += tap(dx, dy) * in.Row(Inside(y + dy, in.height()))[Inside(x + dx, in.width())];
      }
    }
    return sum;
  });
}

Map Mean(const Map& in, int radius) {
  const double weight = 1.0 / ((2 * radius + 1) * (2 * radius + 1));
  return Filtered(in, radius, [=](int, int) { return weight; });
}

Map Product(const Map& a, const Map& b) {
  return Mapped(a.width(), a.height(), [&](int x, int y) { return a.Row(y)[x] * b.Row(y)[x]; });
}

Map Guided(const Map& p, const Map& i, int radius, double eps) {
  const Map mi = Mean(i, radius), mp = Mean(p, radius);
  const Map ip = Mean(Product(i, p), radius), ii = Mean(Product(i, i), radius);
  const Map a = Mapped(i.width(), i.height(), [&](int x, int y) {
    const double m = mi.Row(y)[x];
    return (ip.Row(y)[x] - m * mp.Row(y)[x]) / (ii.Row(y)[x] - m * m + eps);
  });
  const Map b = Mapped(i.width(), i.height(),
                       [&](int x, int y) { return mp.Row(y)[x] - a.Row(y)[x] * mi.Row(y)[x]; });
  const Map ma = Mean(a, radius), mb = Mean(b, radius);
  return Mapped(i.width(), i.height(),
                [&](int x, int y) { return ma.Row(y)[x] * i.Row(y)[x] + mb.Row(y)[x]; });
}

// The paper's equations, window by window and in double, without OpenCV.
TEST(GuidedFilterTest, IsThePapersEquations) {
  constexpr int kWidth = 23, kHeight = 17;
  const Plane<float> sources[2] = {RandomImage(kWidth, kHeight, 1),
                                   RandomImage(kWidth, kHeight, 2)};
  Map images[2], saliency[2];
  double total = 0;
  for (int k = -5; k <= 5; ++k) total += std::exp(-k * k / 50.0);
  for (int n = 0; n < 2; ++n) {
    images[n] = Mapped(kWidth, kHeight, [&](int x, int y) { return sources[n].Row(y)[x]; });
    Map high = Filtered(images[n], 1, [](int dx, int dy) {
      return dx == 0 && dy == 0 ? -4.0 : dx == 0 || dy == 0 ? 1.0 : 0.0;
    });
    high = Mapped(kWidth, kHeight, [&](int x, int y) { return std::abs(high.Row(y)[x]); });
    saliency[n] = Filtered(high, 5, [=](int dx, int dy) {
      return std::exp(-(dx * dx + dy * dy) / 50.0) / (total * total);
    });
  }
  Map weights[2][2], scales[2][2];  // [source][base, detail]
  for (int n = 0; n < 2; ++n) {
    const Map p = Mapped(kWidth, kHeight, [&](int x, int y) {
      return saliency[n].Row(y)[x] >= saliency[1 - n].Row(y)[x] ? 1.0 : 0.0;
    });
    weights[n][0] = Guided(p, images[n], 4, 0.3);
    weights[n][1] = Guided(p, images[n], 2, 1e-3);
    scales[n][0] = Mean(images[n], 15);
    scales[n][1] = Mapped(kWidth, kHeight, [&](int x, int y) {
      return images[n].Row(y)[x] - scales[n][0].Row(y)[x];
    });
  }
  const Plane<float> fused =
      OpenMethod("guided-filter",
                 {{"base-radius", "4"}, {"detail-radius", "2"}, {"detail-eps", "0.001"}})
          ->Fuse(sources[0], sources[1]);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      double expected = 0;
      for (int s = 0; s < 2; ++s) {
        const double a = std::max(weights[0][s].Row(y)[x], 1e-12);
        const double b = std::max(weights[1][s].Row(y)[x], 1e-12);
        expected += (a * scales[0][s].Row(y)[x] + b * scales[1][s].Row(y)[x]) / (a + b);
      }
      EXPECT_NEAR(fused.Row(y)[x], std::clamp(expected, 0.0, 1.0), 1e-6) << x << " " << y;
    }
  }
}

TEST(GuidedFilterTest, EqualSourcesAndSymmetry) {
  const Plane<float> a = RandomImage(67, 45, 3), b = RandomImage(67, 45, 4);
  const auto method = OpenMethod("gff");
  const Plane<float> same = method->Fuse(a, a), ab = method->Fuse(a, b), ba = method->Fuse(b, a);
  for (int y = 0; y < 45; ++y) {
    for (int x = 0; x < 67; ++x) {
      ASSERT_NEAR(same.Row(y)[x], a.Row(y)[x], 5e-7);
      ASSERT_NEAR(ab.Row(y)[x], ba.Row(y)[x], 5e-7);
    }
  }
}

// A source without edges is salient nowhere.
TEST(GuidedFilterTest, TakesTheSalientSource) {
  const Plane<float> vis = RandomImage(80, 60, 5);
  Plane<float> ir(80, 60);
  for (int y = 0; y < 60; ++y) std::fill_n(ir.Row(y), 80, 0.4f);
  const Plane<float> fused = OpenMethod("guided-filter")->Fuse(ir, vis);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 80; ++x) ASSERT_NEAR(fused.Row(y)[x], vis.Row(y)[x], 1e-6);
  }
}

TEST(GuidedFilterTest, BadOptionsAreRefused) {
  for (const char* bad : {"0", "1001", "1.5", "x"}) {
    EXPECT_THROW(OpenMethod("guided-filter", {{"base-radius", bad}}), Error) << bad;
  }
  EXPECT_THROW(OpenMethod("guided-filter", {{"detail-eps", "0"}}), Error);
}

}  // namespace
}  // namespace auif
