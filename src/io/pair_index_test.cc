#include "io/pair_index.h"

#include <gtest/gtest.h>

#include <vector>

namespace auif {
namespace {

TEST(PairIndexTest, FindsByThePairOrEitherImage) {
  const std::vector<ImagePair> pairs = {{"a", "x/a_ir.png", "y/A_vis.png"},
                                        {"a_IR", "x/b.png", "y/c.png"}};
  const PairIndex index(pairs);
  EXPECT_EQ(index.Find("out/A.jpg"), 0u);
  EXPECT_EQ(index.Find("a_vis.bmp"), 0u);
  EXPECT_EQ(index.Find("c.png"), 1u);
  EXPECT_EQ(index.Find("a_ir.png"), 1u) << "a pair's name comes before an image's";
  EXPECT_EQ(index.Find("d.png"), std::nullopt);
}

}  // namespace
}  // namespace auif
