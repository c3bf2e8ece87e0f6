#include "io/fused_names.h"

#include <gtest/gtest.h>

#include "auif/error.h"

namespace auif {
namespace {

using Names = std::vector<std::string>;

std::vector<ImagePair> Pairs() {
  return {{"01", "ir/01.png", "vis/01.png"},
          {"02", "ir/02.png", "vis/02.png"},
          {"car_2", "ir/car_2.png", "vis/car_2.png"}};
}

class FusedNamesTest : public testing::Test {
 protected:
  const std::vector<ImagePair> pairs_ = Pairs();
  const PairIndex index_{pairs_};
};

TEST_F(FusedNamesTest, WhatAllNamesShareIsLeftOut) {
  const struct {
    Names names;
    std::string left_out;
  } cases[] = {
      {{"01", "02", "car_2"}, ""},
      {{"01_ADF", "02_ADF", "car_2_ADF"}, "'_ADF' behind"},
      {{"01_my_method_v2", "car_2_my_method_v2"}, "'_my_method_v2' behind"},
      {{"01_recover"}, "'_recover' behind"},
      {{"fused_01", "fused_02"}, "'fused_' before"},
      {{"fused01", "fused02"}, "'fused' before"},
      {{"a-01.x", "a-car_2.x"}, "'a-' before and '.x' behind"},
  };
  for (const auto& [names, left_out] : cases) {
    const FusedNames fused(index_, names);
    EXPECT_EQ(fused.LeftOut(), left_out) << names.front();
    for (const std::string& name : names) EXPECT_TRUE(fused.Find(name)) << name;
  }
  EXPECT_EQ(FusedNames(index_, Names{"fused_01", "fused_02"}).Find("fused_02"), 1u);
}

TEST_F(FusedNamesTest, OtherNamesHaveNoPair) {
  const FusedNames fused(index_, Names{"01_ADF", "03_ADF"});
  EXPECT_EQ(fused.Find("01_ADF"), 0u);
  EXPECT_FALSE(fused.Find("03_ADF"));
  EXPECT_FALSE(fused.Find("01"));
  EXPECT_FALSE(FusedNames(index_, Names{"x", "y"}).Find("x"));
  EXPECT_FALSE(FusedNames(index_, Names{}).Find("x"));
}

TEST_F(FusedNamesTest, APatternCapturesThePair) {
  const FusedNames fused(index_, FusedPattern("r(.*)_\\d+"));
  EXPECT_EQ(fused.Find("r01_77"), 0u);
  EXPECT_FALSE(fused.Find("01"));
  EXPECT_NO_THROW(FusedPattern("(.*)"));
  for (const char* wrong : {"(", "a", "(a)(b)"}) {
    EXPECT_THROW(FusedPattern(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace auif
