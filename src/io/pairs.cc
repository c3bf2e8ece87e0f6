#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "auif/error.h"
#include "auif/io.h"
#include "base/text.h"
#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

enum class Modality { kIr, kVis };

// Longer markers first, so that "_visible" is not taken for "_vis" with a rest.
struct Marker {
  std::string_view text;
  Modality modality;
};
constexpr std::array<Marker, 8> kMarkers = {{{"infrared", Modality::kIr},
                                             {"thermal", Modality::kIr},
                                             {"ir", Modality::kIr},
                                             {"visible", Modality::kVis},
                                             {"vis", Modality::kVis},
                                             {"vi", Modality::kVis},
                                             {"rgb", Modality::kVis},
                                             {"eo", Modality::kVis}}};

bool IsSeparator(char c) { return c == '_' || c == '-' || c == ' ' || c == '.'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

struct Marked {
  Modality modality;
  std::string name;  // without the marker, original case
};

// NAME_ir, ir_NAME and IR7; nothing where the stem has no marker.
std::optional<Marked> ParseMarker(const std::string& stem) {
  const std::string lower = Lower(stem);
  for (const auto& [text, modality] : kMarkers) {
    const std::size_t n = text.size();
    if (lower.size() <= n) continue;
    if (lower.ends_with(text) && IsSeparator(lower[lower.size() - n - 1])) {
      return Marked{modality, stem.substr(0, stem.size() - n - 1)};
    }
    if (!lower.starts_with(text)) continue;
    if (IsSeparator(lower[n])) return Marked{modality, stem.substr(n + 1)};
    if (IsDigit(lower[n])) return Marked{modality, stem.substr(n)};
  }
  return std::nullopt;
}

std::optional<Modality> FolderModality(const fs::path& folder) {
  const std::string name = Lower(folder.filename().string());
  for (const auto& [text, modality] : kMarkers) {
    if (name == text) return modality;
  }
  return std::nullopt;
}

std::vector<fs::path> ListFolder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    throw Error(ErrorKind::kInput, "no such folder", folder.string());
  }
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    paths.push_back(it->path());
  }
  if (error)
    throw Error(ErrorKind::kInput, "cannot be listed: " + error.message(), folder.string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct File {
  std::string name;  // as the pair is called
  fs::path path;
};
using FileMap = std::map<std::string, File>;  // by the name in lower case

void Insert(FileMap& files, const std::string& name, const fs::path& path) {
  const auto [it, inserted] = files.insert({Lower(name), {name, path}});
  if (inserted) return;
  throw Error(ErrorKind::kInput,
              "has the same name as " + it->second.path.filename().string() +
                  ", so that it is not clear which one to pair",
              path.string(), "remove or rename one of them");
}

// Moves the pairs of equal keys from both maps to the list.
void Match(FileMap& ir, FileMap& vis, PairList& list) {
  for (auto it = ir.begin(); it != ir.end();) {
    const auto partner = vis.find(it->first);
    if (partner == vis.end()) {
      ++it;
      continue;
    }
    list.pairs.push_back({it->second.name, it->second.path, partner->second.path});
    vis.erase(partner);
    it = ir.erase(it);
  }
}

PairList Finish(PairList list, const FileMap& ir, const FileMap& vis) {
  for (const FileMap* files : {&ir, &vis}) {
    for (const auto& [key, file] : *files) list.unmatched.push_back(file.path);
  }
  std::sort(list.unmatched.begin(), list.unmatched.end());
  std::sort(list.pairs.begin(), list.pairs.end(),
            [](const ImagePair& a, const ImagePair& b) { return a.name < b.name; });
  return list;
}

FileMap WithoutMarkers(const FileMap& files) {
  FileMap result;
  for (const auto& [key, file] : files) {
    const std::optional<Marked> marked = ParseMarker(file.name);
    Insert(result, marked ? marked->name : file.name, file.path);
  }
  return result;
}

}  // namespace

std::vector<fs::path> ListImages(const fs::path& folder) {
  std::vector<fs::path> paths = ListFolder(folder);
  std::erase_if(paths, [](const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') || FindImageFormat(path) == nullptr || fs::is_directory(path);
  });
  return paths;
}

PairList FindPairs(const fs::path& ir, const fs::path& vis) {
  FileMap files[2];
  for (int i = 0; i < 2; ++i) {
    const fs::path& folder = i == 0 ? ir : vis;
    for (const fs::path& path : ListImages(folder)) Insert(files[i], path.stem().string(), path);
    if (files[i].empty()) {
      throw Error(ErrorKind::kInput, "the folder has no images", folder.string(),
                  "PNG, JPEG, BMP, TIFF and PGM files are read");
    }
  }
  PairList list;
  Match(files[0], files[1], list);
  FileMap ir_rest = WithoutMarkers(files[0]), vis_rest = WithoutMarkers(files[1]);
  Match(ir_rest, vis_rest, list);
  return Finish(std::move(list), ir_rest, vis_rest);
}

namespace {

// flat: images without any marker will do.
PairList Find(const fs::path& both, bool flat) {
  std::map<Modality, fs::path> folders;
  for (const fs::path& path : ListFolder(both)) {
    if (!fs::is_directory(path)) continue;
    const std::optional<Modality> modality = FolderModality(path);
    if (!modality) continue;
    const auto [it, inserted] = folders.insert({*modality, path});
    if (!inserted) {
      throw Error(ErrorKind::kInput,
                  "holds both '" + it->second.filename().string() + "' and '" +
                      path.filename().string() + "', which are the same modality",
                  both.string(), "give the two folders one by one");
    }
  }
  if (folders.size() == 2) return FindPairs(folders[Modality::kIr], folders[Modality::kVis]);

  FileMap ir, vis;
  PairList list;
  for (const fs::path& path : ListImages(both)) {
    const std::optional<Marked> marked = ParseMarker(path.stem().string());
    if (!marked) {
      list.unmatched.push_back(path);
    } else {
      Insert(marked->modality == Modality::kIr ? ir : vis, marked->name, path);
    }
  }
  if (ir.empty() && vis.empty() && (!flat || list.unmatched.empty())) {
    throw Error(ErrorKind::kInput,
                flat ? "the folder has no images" : "no pairs of images were found", both.string(),
                "it needs subfolders ir and vis, or names such as NAME_ir.png and NAME_vis.png");
  }
  Match(ir, vis, list);
  return Finish(std::move(list), ir, vis);
}

}  // namespace

PairList FindPairs(const fs::path& both) { return Find(both, false); }
PairList FindImages(const fs::path& both) { return Find(both, true); }

}  // namespace auif
