#include "jobs/choose_rule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

// Reads the members of JSON objects; every mistake names the file and the member.
class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  [[noreturn]] void Fail(const std::string& message) const {
    throw Error(ErrorKind::kInput, message, where_, "docs/training.md shows a rule");
  }
  const Json& Member(const Json& json, const char* key) const {
    if (!json.is_object() || !json.contains(key)) Fail(std::string("lacks '") + key + "'");
    return json[key];
  }
  double Number(const Json& json, const char* key, double least, double most) const {
    const Json& value = Member(json, key);
    if (!value.is_number()) Fail(std::string("'") + key + "' is no number");
    const double number = value.get<double>();
    if (!(number >= least && number <= most)) {
      Fail(std::string("'") + key + "' is not between " + NumberText(least) + " and " +
           NumberText(most));
    }
    return number;
  }
  std::string Text(const Json& json, const char* key) const {
    const Json& value = Member(json, key);
    if (!value.is_string()) Fail(std::string("'") + key + "' is no text");
    return value.get<std::string>();
  }

  ChooseRange Range(const Json& json, const char* key, double least, double most) const {
    const Json& value = Member(json, key);
    const ChooseRange range = {Number(value, "from", least, most), Number(value, "to", least, most),
                               Number(value, "step", 1e-4, most - least)};
    if (range.to < range.from) Fail(std::string("'") + key + "' ends before it begins");
    return range;
  }
  LookAlike Look(const Json& json) const {
    return {Number(json, "mean", 0, 255), Number(json, "deviation", 0.1, 255),
            Number(json, "noise", 0, 100)};
  }
  ChooseSet Set(const Json& json) const {
    ChooseSet set;
    set.pairs = Text(json, "pairs");
    if (json.contains("scale")) set.scale = Number(json, "scale", 0.1, 10);
    if (json.contains("infrared")) set.infrared = Look(json["infrared"]);
    if (json.contains("visible")) set.visible = Look(json["visible"]);
    const Json& target = Member(json, "target");
    if (!target.is_array() || target.size() != set.target.size()) {
      Fail("'target' is not a list of six numbers");
    }
    for (std::size_t i = 0; i < set.target.size(); ++i) {
      if (!target[i].is_number() || !(target[i].get<double>() > 0)) {
        Fail("'target' is not a list of six numbers above 0");
      }
      set.target[i] = target[i].get<double>();
    }
    return set;
  }

 private:
  std::string where_;
};

}  // namespace

ChooseRule ReadChooseRule(const std::filesystem::path& path) {
  const Reader reader(path.string());
  const Json json = Json::parse(ReadFile(path, kMostBytes), nullptr, false);
  if (!json.is_object()) reader.Fail("is no rule");
  ChooseRule rule;
  rule.hold_out = static_cast<int>(reader.Number(json, "hold_out", 2, 1e6));
  rule.gain = reader.Range(json, "gain", 0.1, 10);
  rule.bias = reader.Range(json, "bias", -5, 5);
  const Json& cells = reader.Member(json, "cells");
  if (!cells.is_array() || cells.empty()) reader.Fail("'cells' is not a list");
  for (const Json& entry : cells) {
    ChooseCells group{reader.Text(entry, "name"), {}};
    const Json& sets = reader.Member(entry, "sets");
    if (!sets.is_array() || sets.empty()) reader.Fail("'sets' is not a list");
    for (const Json& set : sets) group.sets.push_back(reader.Set(set));
    rule.cells.push_back(std::move(group));
  }
  return rule;
}

std::vector<double> ChooseRange::Values() const {
  std::vector<double> values;
  for (int i = 0; from + i * step <= to + step / 1000; ++i) {
    values.push_back(std::round((from + i * step) * 1e6) / 1e6);  // 1.02, not 1.0199999999999998
  }
  return values;
}

ChooseScore ScoreOf(std::vector<double> ratios) {
  ChooseScore score{.ratios = std::move(ratios)};
  score.least = *std::min_element(score.ratios.begin(), score.ratios.end());
  for (const double ratio : score.ratios) {
    score.mean += std::min(ratio, 1.0) / static_cast<double>(score.ratios.size());
    score.reached += ratio >= 1;
  }
  return score;
}

}  // namespace auif
