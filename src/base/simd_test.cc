#include "base/simd.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace auif {
namespace {

TEST(Simd, PlainTargetIsLastAndTheBestInUse) {
  const std::vector<std::string> targets = SimdTargets();
  ASSERT_FALSE(targets.empty());
  EXPECT_EQ(targets.back(), "SCALAR");
  EXPECT_EQ(SimdTarget(), targets.front());
#ifdef __aarch64__
  EXPECT_EQ(SimdTarget(), "NEON");
#endif
}

TEST(Simd, ForcedTargetIsAlone) {
  const std::vector<std::string> all = SimdTargets();
  for (const std::string& target : all) {
    EXPECT_TRUE(ForceSimdTarget(target));
    EXPECT_EQ(SimdTargets(), std::vector{target});
  }
  EXPECT_TRUE(ForceSimdTarget(""));
  EXPECT_EQ(SimdTargets(), all);
}

TEST(Simd, UnknownTargetIsRefusedForTheBest) {
  const std::string best = SimdTarget();
  ASSERT_TRUE(ForceSimdTarget("SCALAR"));
  EXPECT_FALSE(ForceSimdTarget("MMX"));
  EXPECT_EQ(SimdTarget(), best);
}

TEST(Simd, EnvironmentForcesATargetOnce) {
  ASSERT_EQ(setenv("AUIF_SIMD", "SCALAR", 1), 0);
  ApplySimdEnvironment();
  EXPECT_EQ(SimdTargets(), std::vector<std::string>{"SCALAR"});
  ForceSimdTarget("");
  const std::string best = SimdTarget();
  ApplySimdEnvironment();
  EXPECT_EQ(SimdTarget(), best);
}

}  // namespace
}  // namespace auif
