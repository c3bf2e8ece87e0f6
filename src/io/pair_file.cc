#include "io/pair_file.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/csv.h"
#include "io/image_name.h"
#include "io/match_names.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kHint =
    "it is CSV with the columns infrared, visible and, optionally, name, or a JSON array of "
    "objects "
    "with these keys";
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

struct Entry {
  std::string infrared, visible, name;
};

std::vector<Entry> ReadCsvEntries(const fs::path& file) {
  const CsvTable table = ReadCsv(file);
  const auto column = [&](const std::string& name) {
    const auto found = std::find_if(table.header.begin(), table.header.end(),
                                    [&](const std::string& text) { return Lower(text) == name; });
    return static_cast<std::size_t>(found - table.header.begin());
  };
  const std::size_t count = table.header.size(), infrared = column("infrared"),
                    visible = column("visible"), name = column("name");
  if (infrared == count || visible == count) {
    throw Error(ErrorKind::kInput, "has no columns infrared and visible", file.string(), kHint);
  }
  std::vector<Entry> entries;
  for (const std::vector<std::string>& row : table.rows) {
    entries.push_back({row[infrared], row[visible], name == count ? "" : row[name]});
  }
  return entries;
}

std::vector<Entry> ReadJsonEntries(const fs::path& file, const std::string& bytes) {
  const Json json = Json::parse(bytes, nullptr, false);
  const auto fail = [&] {
    throw Error(ErrorKind::kInput, "is no list of pairs", file.string(), kHint);
  };
  if (!json.is_array()) fail();
  std::vector<Entry> entries;
  for (const Json& item : json) {
    Entry entry;
    for (const auto& [key, text] : {std::pair{"infrared", &entry.infrared},
                                    {"visible", &entry.visible},
                                    {"name", &entry.name}}) {
      if (!item.is_object() || (item.contains(key) && !item[key].is_string())) fail();
      if (item.contains(key)) *text = item[key].get<std::string>();
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// A name becomes a part of the results' paths.
bool IsSafe(const std::string& name) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const fs::path path(name);
  return !name.empty() && name.size() <= 1000 && !path.is_absolute() && path.has_filename() &&
         std::none_of(path.begin(), path.end(),
                      [](const fs::path& part) { return part == ".." || part == "."; }) &&
         std::none_of(name.begin(), name.end(), control);
}

}  // namespace

PairList ReadPairFile(const fs::path& file, const fs::path& folder) {
  const std::string bytes = ReadFile(file, kMostBytes);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool json = first != std::string::npos && (bytes[first] == '[' || bytes[first] == '{');
  const fs::path below = folder.empty() ? file.parent_path() : folder;
  PairList list;
  std::map<std::string, std::size_t> lines;  // by name
  for (const Entry& entry : json ? ReadJsonEntries(file, bytes) : ReadCsvEntries(file)) {
    const std::string number = "pair " + std::to_string(list.pairs.size() + 1);
    const auto fail = [&](const std::string& message) {
      throw Error(ErrorKind::kInput, number + " " + message, file.string(), kHint);
    };
    if (entry.infrared.empty() || entry.visible.empty()) fail("lacks an image");
    ImagePair pair{entry.name, below / entry.infrared, below / entry.visible, PairedBy::kList};
    for (const fs::path& path : {pair.ir, pair.vis}) {
      if (!fs::is_regular_file(path)) fail("names '" + path.string() + "', which is no file");
    }
    if (pair.name.empty()) pair.name = pair.vis.stem().string();
    if (!IsSafe(pair.name))
      fail("has a name that cannot be a file's: '" + Printable(pair.name) + "'");
    const auto [known, inserted] = lines.insert({Folded(pair.name), list.pairs.size() + 1});
    if (!inserted) {
      fail("has the name of pair " + std::to_string(known->second) + ": '" + pair.name + "'");
    }
    list.pairs.push_back(std::move(pair));
  }
  SortByName(list);
  return list;
}

}  // namespace auif
