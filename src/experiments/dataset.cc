#include "experiments/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "auif/error.h"
#include "base/fingerprint.h"
#include "base/text.h"
#include "experiments/published.h"
#include "io/atomic_file.h"
#include "io/tensor.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Dataset Parse(const Json& json, const std::string& where) {
  const auto fail = [&](const std::string& message) {
    throw Error(ErrorKind::kInput, message, where, "docs/datasets.md describes such files");
  };
  if (!json.is_object()) fail("a description of a data set must be a JSON object");
  Dataset set;
  const auto text = [&](const char* key) -> std::string {
    if (!json.contains(key)) return {};
    if (!json[key].is_string()) fail(fmt::format("'{}' must be a text", key));
    std::string value = json[key].get<std::string>();
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(value.begin(), value.end(), control)) {
      fail(fmt::format("'{}' must be one line without control characters", key));
    }
    return value;
  };
  set.name = text("name");
  set.title = text("title");
  set.split = text("split");
  set.ir = text("ir");
  set.vis = text("vis");
  set.illumination = text("illumination");
  set.source = text("source");
  set.note = text("note");
  set.pairs_by.layout = text("layout");
  set.pairs_by.match = text("match");
  set.pairs_by.list = text("pairs");
  if (json.contains("recursive")) {
    if (!json["recursive"].is_boolean()) fail("'recursive' must be true or false");
    set.pairs_by.recursive = json["recursive"].get<bool>();
  }
  if (const Json pairs = json.value("paper_pairs", Json(0u)); pairs.is_number_unsigned()) {
    set.paper_pairs =
        static_cast<int>(std::min<std::uint64_t>(pairs.get<std::uint64_t>(), INT_MAX));
  } else {
    fail("'paper_pairs' must be a number of pairs");
  }
  if (set.name.empty()) fail("'name' is missing");
  constexpr std::size_t kLongestName = 64;
  if (set.name.find_first_of("/\\,\"") != std::string::npos || set.name[0] == '.' ||
      set.name.size() > kLongestName) {
    fail("'name' must do as a file's name: '" + Printable(set.name) + "'");
  }
  if (set.ir.empty()) fail("'ir' is missing");
  if (set.title.empty()) set.title = set.name;
  if (set.split != "train" && set.split != "validation" && set.split != "test") {
    fail(fmt::format("'split' must be train, validation or test, not '{}'", set.split));
  }
  return set;
}

std::vector<Dataset> ParseAll(const Json& json, const std::string& where) {
  std::vector<Dataset> sets;
  if (json.is_array()) {
    for (const Json& item : json) sets.push_back(Parse(item, where));
  } else {
    sets.push_back(Parse(json, where));
  }
  return sets;
}

// Finds and reads the images.
void Open(Dataset& set, const fs::path& data) {
  const auto below = [&](const fs::path& path) { return path.is_absolute() ? path : data / path; };
  set.ir = below(set.ir);
  if (!set.vis.empty()) set.vis = below(set.vis);
  for (const fs::path& folder : {set.ir, set.vis}) {
    if (folder.empty() || fs::is_directory(folder)) continue;
    throw Error(ErrorKind::kInput, fmt::format("the data set '{}' has no such folder", set.name),
                folder.string(), "correct its description, or --data");
  }
  if (!set.pairs_by.list.empty()) set.pairs_by.list = below(set.pairs_by.list);
  PairList list = FindPairs(set.ir, set.vis, set.pairs_by);
  if (!list.unmatched.empty()) {
    throw Error(ErrorKind::kInput, "the image has no partner", list.unmatched.front().string(),
                "remove it, or add its partner");
  }
  if (list.pairs.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("the data set '{}' has no pairs", set.name),
                set.ir.string());
  }
  set.pairs = std::move(list.pairs);
  Fingerprint content;
  for (const ImagePair& pair : set.pairs) {
    content.Add(pair.name);
    for (const fs::path& path : {pair.ir, pair.vis}) content.Add(ReadFile(path));
  }
  set.content = content.Text();
}

}  // namespace

std::string Dataset::Shortfall() const {
  const int at_hand = static_cast<int>(pairs.size());
  if (at_hand >= paper_pairs) return {};
  return fmt::format("{} of the paper's {} pairs", at_hand, paper_pairs);
}

std::vector<const Dataset*> Datasets::Split(const std::string& split) const {
  std::vector<const Dataset*> found;
  for (const Dataset& set : sets) {
    if (set.split == split) found.push_back(&set);
  }
  if (found.empty()) {
    std::string wanted;
    for (const Dataset& set : PaperDatasets()) {
      if (set.split == split) wanted += (wanted.empty() ? "" : ", ") + set.name;
    }
    throw Error(
        ErrorKind::kInput,
        fmt::format("no data set of the split '{}' is available, which this experiment needs",
                    split),
        "", fmt::format("put {} into --data, or describe your own with --datasets", wanted));
  }
  return found;
}

std::vector<Dataset> PaperDatasets() {
  return ParseAll(PublishedJson().at("datasets"), "the paper's data sets");
}

Datasets OpenDatasets(const fs::path& data, const std::vector<std::string>& wanted) {
  if (!fs::is_directory(data)) {
    throw Error(ErrorKind::kInput, "is not a folder", data.string(),
                "give --data the folder that holds the data sets");
  }
  Datasets datasets;
  const std::vector<Dataset> paper = PaperDatasets();
  for (const std::string& text : wanted) {
    const auto known =
        std::find_if(paper.begin(), paper.end(), [&](const Dataset& s) { return s.name == text; });
    if (known != paper.end()) {
      datasets.sets.push_back(*known);
      continue;
    }
    if (!fs::is_regular_file(text)) {
      std::vector<std::string> names;
      for (const Dataset& set : paper) names.push_back(set.name);
      throw Error(ErrorKind::kUsage, "there is no such data set and no such file", text,
                  GuessAndList(text, names,
                               fmt::format("there are {}; others need a file, see docs/datasets.md",
                                           fmt::join(names, ", "))));
    }
    const Json json = Json::parse(ReadFile(text), nullptr, false);
    if (json.is_discarded()) throw Error(ErrorKind::kInput, "is no JSON file", text);
    for (Dataset& set : ParseAll(json, text)) datasets.sets.push_back(std::move(set));
  }
  if (wanted.empty()) {
    for (const Dataset& set : paper) {
      if (fs::is_directory(data / set.ir)) {
        datasets.sets.push_back(set);
      } else {
        datasets.notes.push_back(
            fmt::format("{} is not available: no folder {}", set.title, (data / set.ir).string()));
      }
    }
    if (datasets.sets.empty()) {
      throw Error(ErrorKind::kInput, "has none of the paper's data sets", data.string(),
                  "docs/datasets.md says where they come from; describe others with --datasets");
    }
  }
  std::set<std::string> names;
  for (Dataset& set : datasets.sets) {
    if (!names.insert(set.name).second) {
      throw Error(ErrorKind::kUsage, "two data sets have this name", set.name);
    }
    Open(set, data);
  }
  return datasets;
}

}  // namespace auif
