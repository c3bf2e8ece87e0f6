#include "jobs/choose_rule.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

using Json = nlohmann::json;

Json Rule() {
  return Json::parse(R"({
    "hold_out": 6,
    "gain": {"from": 1, "to": 1.1, "step": 0.05},
    "bias": {"from": -0.1, "to": 0.1, "step": 0.1},
    "cells": [
      {"name": "thermal", "sets": [
        {"pairs": "held out", "target": [7, 48, 20, 0.6, 6, 1.8]},
        {"pairs": "held out", "scale": 1.3, "infrared": {"mean": 113, "deviation": 41.6, "noise": 1},
         "target": [7, 41, 13, 0.6, 4, 1.8]}]}]})");
}

class ChooseRuleTest : public testing::Test {
 protected:
  ChooseRule Read(const std::string& text) {
    WriteFileAtomically(folder_ / "rule.json", text);
    return ReadChooseRule(folder_ / "rule.json");
  }
  TemporaryFolder folder_;
};

TEST_F(ChooseRuleTest, AllIsRead) {
  const ChooseRule rule = Read(Rule().dump());
  EXPECT_EQ(rule.hold_out, 6);
  EXPECT_EQ(rule.gain.to, 1.1);
  ASSERT_EQ(rule.cells.size(), 1u);
  ASSERT_EQ(rule.cells[0].sets.size(), 2u);
  const ChooseSet& dark = rule.cells[0].sets[1];
  EXPECT_EQ(dark.scale, 1.3);
  EXPECT_EQ(dark.infrared->deviation, 41.6);
  EXPECT_FALSE(dark.visible);
  EXPECT_EQ(dark.target[2], 13);
}

TEST_F(ChooseRuleTest, WhatIsNoRuleIsNamed) {
  const auto fails = [&](const std::string& pointer, const Json& value, const std::string& part) {
    SCOPED_TRACE(pointer);
    Json json = Rule();
    json[Json::json_pointer(pointer)] = value;
    ExpectError(ErrorKind::kInput, part, [&] { Read(json.dump()); });
  };
  fails("/hold_out", 1, "'hold_out' is not between 2 and");
  fails("/gain", 3, "lacks 'from'");
  fails("/gain/step", 0, "'step' is not between");
  fails("/bias/to", -1, "'bias' ends before it begins");
  fails("/cells", Json::array(), "'cells' is not a list");
  fails("/cells/0/sets/0/pairs", 7, "'pairs' is no text");
  fails("/cells/0/sets/0/target/3", 0, "six numbers above 0");
  fails("/cells/0/sets/0/target", Json::array({1, 2}), "a list of six numbers");
  fails("/cells/0/sets/1/infrared/noise", "much", "'noise' is no number");
  ExpectError(ErrorKind::kInput, "rule.json: is no rule", [&] { Read("[1,"); });
}

TEST(ChooseScore, WhatExceedsATargetCountsNoMore) {
  const ChooseScore a = ScoreOf({1.5, 0.9}), b = ScoreOf({1.0, 0.95}), c = ScoreOf({2, 0.95});
  EXPECT_DOUBLE_EQ(a.mean, 0.95);
  EXPECT_EQ(a.reached, 1);
  EXPECT_EQ(a.least, 0.9);
  EXPECT_TRUE(a < b);
  EXPECT_FALSE(b < c);
  EXPECT_FALSE(c < b);
  // Where all targets are reached the smallest ratio decides.
  EXPECT_TRUE(ScoreOf({1.0, 1.2}) < ScoreOf({1.1, 1.05}));
}

}  // namespace
}  // namespace auif
