#include "experiments/cost.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "tests/every_variant.h"

namespace auif {
namespace {

// Takes a known time and memory.
class Slow : public FusionMethod {
 public:
  const MethodInfo& info() const override {
    static const MethodInfo kInfo = {"slow", "", ""};
    return kInfo;
  }

 private:
  bool FuseGrey(PlaneView<const float> ir, PlaneView<const float>, PlaneView<float> out,
                const MethodProgress&) const override {
    const std::vector<char> memory(std::size_t{64} << 20, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    for (int y = 0; y < out.height; ++y) {
      std::fill_n(out.Row(y), out.width, ir.Row(y)[0] + static_cast<float>(memory[12345]));
    }
    return true;
  }
};

TEST(MethodCost, IsTimeAndMemoryOfOnePair) {
  const Plane<float> image(40, 30);
  const MethodCost cost = MeasureCost(Slow(), image, image);
  EXPECT_GE(cost.seconds, 0.05);
  if (!cost.bytes) GTEST_SKIP() << "this system does not tell the largest memory use";
  EXPECT_GE(*cost.bytes, 60 << 20);
  // Of one run, not of three; sanitizers keep for a while what was freed.
  if (!kSlow) {
    EXPECT_LE(*cost.bytes, 80 << 20);
  }
}

TEST(MethodCost, IsKeptAndAnythingElseIsNone) {
  for (const MethodCost& cost : {MethodCost{2.5, 1e6}, MethodCost{0.25, std::nullopt}}) {
    const auto read = CostFrom(ToJson(cost));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->seconds, cost.seconds);
    EXPECT_EQ(read->bytes, cost.bytes);
  }
  using Json = nlohmann::json;
  for (const Json& other :
       {Json(), Json::array(), Json{{"seconds", "1"}}, Json{{"seconds", -1}}, Json{{"bytes", 5}}}) {
    EXPECT_FALSE(CostFrom(other)) << other;
  }
}

}  // namespace
}  // namespace auif
