// Gradient transfer fusion and its sibling TV-ADMM.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "auif/method.h"
#include "methods/l1_tv.h"
#include "methods/levels255.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"

namespace auif {
namespace {

double Farthest(const Plane<float>& a, const Plane<float>& b) {
  double most = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      most = std::max(most, std::abs(double{a.Row(y)[x]} - b.Row(y)[x]));
    }
  }
  return most;
}

// A bright square on a smooth ground, and stripes.
void Pair(Plane<float>& ir, Plane<float>& vis) {
  for (int y = 0; y < ir.height(); ++y) {
    for (int x = 0; x < ir.width(); ++x) {
      const bool inside = x > 10 && x < 30 && y > 8 && y < 28;
      ir.Row(y)[x] = inside ? 0.9f : 0.2f + 0.001f * static_cast<float>(x);
      vis.Row(y)[x] = 0.5f + 0.04f * static_cast<float>((x + y) % 4);
    }
  }
}

TEST(GtfTest, EqualSourcesGiveThatSource) {
  const Plane<float> image = RandomImage(40, 30, 3);
  EXPECT_LE(Farthest(OpenMethod("gtf")->Fuse(image, image), image), 1e-6);
  EXPECT_LE(Farthest(OpenMethod("tv-admm")->Fuse(image, image), image), 1e-6);
}

TEST(GtfTest, ADifferentLevelIsKeptWithTheVisibleDetails) {
  // I = V + 0.2: no gradients to lose, so that only the level counts.
  Plane<float> vis(24, 17), ir(24, 17);
  for (int y = 0; y < 17; ++y) {
    for (int x = 0; x < 24; ++x) {
      vis.Row(y)[x] = static_cast<float>((7 * x + 13 * y) % 100) / 255;
      ir.Row(y)[x] = static_cast<float>((7 * x + 13 * y) % 100 + 51) / 255;
    }
  }
  EXPECT_LE(Farthest(OpenMethod("gtf")->Fuse(ir, vis), ir), 1e-6);
  // With squares and gamma = 1 the mean of both levels, whosever gradients are wanted.
  for (const char* gradients : {"visible", "infrared"}) {
    const MethodSettings mean = {
        {"norm", "l2"}, {"gamma", "1"}, {"tolerance", "1e-9"}, {"gradients", gradients}};
    const Plane<float> fused = OpenMethod("tv-admm", mean)->Fuse(ir, vis);
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 24; ++x) {
        ASSERT_NEAR(fused.Row(y)[x], vis.Row(y)[x] + 25.5 / 255, 1e-6);
      }
    }
  }
}

TEST(GtfTest, NoVariationGivesTheInfraredImage) {
  const Plane<float> ir = RandomImage(31, 23, 1), vis = RandomImage(31, 23, 2);
  EXPECT_LE(Farthest(OpenMethod("gtf", {{"lambda", "0"}})->Fuse(ir, vis), ir), 1e-6);
  const MethodSettings exact = {{"lambda", "0"},        {"gamma", "0"},
                                {"norm", "l1"},         {"gradients", "visible"},
                                {"iterations", "2000"}, {"tolerance", "0"}};
  EXPECT_LE(Farthest(OpenMethod("tv-admm", exact)->Fuse(ir, vis), ir), 1e-6);
}

// The rounds of reweighting come down towards the minimum that ADMM finds; 5.5 % above it remain,
// as the smallest deviations and gradients count as squares.
TEST(GtfTest, ComesNearTheMinimum) {
  Plane<float> ir(50, 40), vis(50, 40);
  Pair(ir, vis);
  const cv::Mat v = Levels255(vis) / 255, w = Levels255(ir) / 255 - v;
  const auto objective = [&](const std::string& method, const MethodSettings& settings) {
    const Plane<float> fused = OpenMethod(method, settings)->Fuse(ir, vis);
    return L1TvProblem{2, 1, 0, false, true}.Objective(Levels255(fused) / 255 - v, w);
  };
  const double least = objective("tv-admm", {{"lambda", "2"},
                                             {"gamma", "0"},
                                             {"norm", "l1"},
                                             {"gradients", "visible"},
                                             {"rho", "10"},
                                             {"iterations", "3000"},
                                             {"tolerance", "0"}});
  double last = INFINITY;
  for (const char* rounds : {"1", "5", "50"}) {
    const double reached = objective("gtf", {{"lambda", "2"}, {"rounds", rounds}});
    EXPECT_GE(reached, least * (1 - 1e-4)) << rounds;  // results are floats
    EXPECT_LT(reached, last) << rounds;
    last = reached;
  }
  EXPECT_LE(last, 1.06 * least);
}

TEST(GtfTest, StopsWhenToldTo) {
  const Plane<float> ir = RandomImage(31, 23, 1), vis = RandomImage(31, 23, 2);
  for (const char* name : {"gtf", "tv-admm"}) {
    EXPECT_TRUE(OpenMethod(name)->Fuse(ir, vis, [](double) { return false; }).empty()) << name;
  }
}

TEST(GtfTest, WrongOptionsAreUsageErrors) {
  const std::pair<std::string, std::pair<std::string, std::string>> bad[] = {
      {"gtf", {"lambda", "-1"}},        {"gtf", {"rounds", "0"}},
      {"gtf", {"gamma", "1"}},          {"tv-admm", {"gamma", "-0.1"}},
      {"tv-admm", {"lambda", "nan"}},   {"tv-admm", {"norm", "l3"}},
      {"tv-admm", {"variation", "tv"}}, {"tv-admm", {"rho", "0"}},
      {"tv-admm", {"iterations", "0"}}, {"tv-admm", {"tolerance", "2"}}};
  for (const auto& entry : bad) {
    ExpectError(ErrorKind::kUsage, entry.second.first,
                [&] { OpenMethod(entry.first, {entry.second}); });
  }
}

}  // namespace
}  // namespace auif
