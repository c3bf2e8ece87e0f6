#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace auif {
namespace {

TEST(Text, LowerLeavesOtherBytesAlone) {
  EXPECT_EQ(Lower("IR_7 Äb"), "ir_7 Äb");
  EXPECT_EQ(Lower(""), "");
}

TEST(Text, NumbersAreShortAndReadBack) {
  EXPECT_EQ(NumberText(40), "40");
  EXPECT_EQ(NumberText(0.1), "0.1");
  for (const double value : {1.0 / 3, 1e-300, 5e-324, -2.5e17}) {
    EXPECT_EQ(std::strtod(NumberText(value).c_str(), nullptr), value);
  }
}

TEST(Text, ClosestFindsMisspellings) {
  const std::vector<std::string> names = {"fuse", "eval", "experiment", "train", "info", "SSIM"};
  EXPECT_EQ(Closest("fues", names), "fuse");  // two neighbours swapped
  EXPECT_EQ(Closest("evla", names), "eval");
  EXPECT_EQ(Closest("exprimnt", names), "experiment");  // two letters left out
  EXPECT_EQ(Closest("ssmi", names), "SSIM");
  EXPECT_EQ(Closest("TRAIN", names), "train");
  EXPECT_EQ(Closest("import", names), "");
  EXPECT_EQ(Closest("", names), "");
  EXPECT_EQ(Closest(std::string(100'000, 'e'), names), "");
  EXPECT_EQ(Closest("fuse", {}), "");
}

TEST(Text, DidYouMeanIsAHint) {
  const std::vector<std::string> names = {"add", "average", "l1"};
  EXPECT_EQ(DidYouMean("averge", names), "did you mean 'average'?");
  EXPECT_EQ(DidYouMean("max", names, "there are add, average and l1"),
            "there are add, average and l1");
}

TEST(Text, ListsOfNames) {
  const std::vector<std::string> names{"add", "average", "l1"};
  EXPECT_EQ(Joined(names), "add, average, l1");
  EXPECT_EQ(Joined({}), "");
  EXPECT_EQ(GuessAndList("l2", names), "did you mean 'l1'? there are add, average, l1");
  EXPECT_EQ(GuessAndList("xyz", names), "there are add, average, l1");
}

TEST(Printable, ShortAndWithoutControlCharacters) {
  EXPECT_EQ(Printable("conv1.0"), "conv1.0");
  EXPECT_EQ(Printable("a\x1b[2J\n\xff"), "a?[2J??");
  EXPECT_EQ(Printable(std::string(1000, 'x')), std::string(80, 'x') + "...");
}

}  // namespace
}  // namespace auif
