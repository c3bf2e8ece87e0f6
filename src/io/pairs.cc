#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "auif/error.h"
#include "auif/io.h"
#include "auif/radiometric.h"
#include "base/text.h"
#include "io/codecs/codec.h"
#include "io/match_names.h"
#include "io/pair_file.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 32;  // folders; a link may lead back up

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

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }
bool IsImage(const fs::path& path, bool raw) {
  return !IsHidden(path) && (HasImageName(path) || (raw && IsRawName(path))) &&
         !fs::is_directory(path);
}

std::vector<fs::path> Subfolders(const fs::path& folder) {
  std::vector<fs::path> folders = ListFolder(folder);
  std::erase_if(folders, [](const fs::path& p) { return IsHidden(p) || !fs::is_directory(p); });
  return folders;
}

// The images of a folder and of its subfolders, down to a depth.
std::vector<fs::path> ImagesBelow(const fs::path& folder, int depth, bool raw) {
  std::vector<fs::path> paths = ListFolder(folder), images;
  for (const fs::path& path : paths) {
    if (IsImage(path, raw)) images.push_back(path);
    if (depth == 0 || IsHidden(path) || !fs::is_directory(path)) continue;
    const std::vector<fs::path> below = ImagesBelow(path, depth - 1, raw);
    images.insert(images.end(), below.begin(), below.end());
  }
  return images;
}

bool HasWord(const std::string& words, const std::string& word) {
  std::istringstream all(words);
  for (std::string one; all >> one;) {
    if (one == word) return true;
  }
  return false;
}

// The images that belong to one group, whose names are to be matched.
struct Images {
  std::vector<NamedImage> images;
  bool folders = false;  // their folders tell the band
};

class Search {
 public:
  explicit Search(const PairRules& rules) : rules_(rules), recursive_(rules.recursive) {
    if (!rules.match.empty()) pattern_ = PairPattern(rules.match);
    if (rules.layout.empty()) return;
    std::vector<std::string> names;
    for (const Layout& layout : Layouts()) {
      names.push_back(layout.name);
      if (layout.name == Lower(rules.layout)) layout_ = &layout;
    }
    if (layout_ == nullptr) {
      throw Error(ErrorKind::kUsage, "there is no layout '" + rules.layout + "'", {},
                  GuessAndList(rules.layout, names));
    }
    recursive_ = true;
  }

  // All images below a folder, whose band is told by the folder where it is given.
  void Add(const fs::path& folder, const std::string& group, std::optional<Band> band, int depth) {
    std::vector<fs::path> images = ImagesBelow(folder, 0, rules_.raw);
    const std::vector<fs::path> folders = Subfolders(folder);
    if (!band) {
      const std::map<bool, std::vector<fs::path>> bands = BandFolders(folders, folder);
      if (!bands.empty()) {
        for (const auto& [infrared, paths] : bands) {
          // The folder tells whether it is infrared or visible; of which band decides nothing more.
          const Band side = infrared ? Band::kThermal : Band::kVisible;
          for (const fs::path& path : paths) Add(path, group, side, depth + 1);
        }
        images.clear();
      }
      Insert(images, group, band);
      if (!recursive_ || depth > kDeepest) return;
      for (const fs::path& path : folders) {
        const bool done = std::any_of(bands.begin(), bands.end(), [&](const auto& side) {
          return std::find(side.second.begin(), side.second.end(), path) != side.second.end();
        });
        if (!done) Add(path, Below(group, path), band, depth + 1);
      }
      return;
    }
    Insert(images, group, band);
    // A folder of a band that has nothing but folders holds its images there.
    if ((!recursive_ && !images.empty()) || depth > kDeepest) return;
    for (const fs::path& path : folders) Add(path, Below(group, path), band, depth + 1);
  }

  std::size_t count() const { return count_; }  // images

  PairList Finish() {
    PairList list;
    for (auto& [group, images] : groups_) {
      if (pattern_) {
        MatchPattern(images.images, *pattern_, group, list);
      } else {
        MatchNames(std::move(images.images), group, images.folders, list);
      }
    }
    std::sort(list.unmatched.begin(), list.unmatched.end());
    std::sort(list.others.begin(), list.others.end());
    SortByName(list);
    return list;
  }

 private:
  static std::string Below(const std::string& group, const fs::path& folder) {
    return (fs::path(group) / folder.filename()).string();
  }

  void Insert(const std::vector<fs::path>& images, const std::string& group,
              std::optional<Band> band) {
    if (images.empty()) return;
    // Images beside folders of bands do not mix with those in them.
    Images& to = groups_[group];
    to.folders = band.has_value();
    for (const fs::path& path : images) {
      to.images.push_back({path, ImageName(path.stem().string()), band});
      ++count_;
    }
  }

  // The folders that hold the infrared and the visible images of one parent, if there are both.
  std::map<bool, std::vector<fs::path>> BandFolders(const std::vector<fs::path>& folders,
                                                    const fs::path& parent) const {
    std::map<bool, std::vector<fs::path>> bands;
    std::vector<fs::path> near_infrared;
    for (const fs::path& path : folders) {
      const std::string name = path.filename().string();
      if (layout_ != nullptr) {
        if (HasWord(layout_->infrared, Folded(name))) bands[true].push_back(path);
        if (HasWord(layout_->visible, Folded(name))) bands[false].push_back(path);
        continue;
      }
      const std::optional<Band> band = FolderBand(name);
      if (band == Band::kNearInfrared) near_infrared.push_back(path);
      if (band == Band::kThermal) bands[true].push_back(path);
      if (band == Band::kVisible) bands[false].push_back(path);
    }
    if (!bands.contains(true) && !near_infrared.empty()) bands[true] = near_infrared;
    if (bands.size() < 2) return {};
    for (const auto& [infrared, paths] : bands) {
      if (paths.size() == 1) continue;
      throw Error(ErrorKind::kInput,
                  "holds both '" + paths[0].filename().string() + "' and '" +
                      paths[1].filename().string() + "', which are the same modality",
                  parent.string(), "give the two folders one by one, or a --layout");
    }
    return bands;
  }

  const PairRules& rules_;
  bool recursive_;
  std::optional<NamePattern> pattern_;
  const Layout* layout_ = nullptr;
  std::map<std::string, Images> groups_;
  std::size_t count_ = 0;
};

constexpr const char* kFormats = "docs/inputs.md lists the formats that are read";

// A radiometric file without a partner that holds a visible image, too, is a pair by itself.
void PairWithThemselves(const fs::path& folder, PairList& list) {
  std::erase_if(list.unmatched, [&](const fs::path& path) {
    if (!IsRadiometric(path, true)) return false;
    const std::string name = path.lexically_relative(folder).replace_extension().string();
    list.pairs.push_back({name, path, path, PairedBy::kRadiometric});
    return true;
  });
  SortByName(list);
}

// flat: images without any partner will do.
PairList Find(const fs::path& both, bool flat, const PairRules& rules) {
  if (!rules.list.empty()) return ReadPairFile(rules.list, both);
  Search search(rules);
  search.Add(both, "", std::nullopt, 0);
  PairList list = search.Finish();
  PairWithThemselves(both, list);
  if (!list.pairs.empty() || (flat && search.count() > 0)) return list;
  const std::size_t images = list.unmatched.size() + list.others.size();
  if (images == 0) {
    const bool below = !rules.recursive && !Subfolders(both).empty();
    throw Error(ErrorKind::kInput, "the folder has no images", both.string(),
                below ? "--recursive looks into its subfolders" : kFormats);
  }
  throw Error(ErrorKind::kInput,
              "no pairs among " + std::to_string(images) + " image" + (images == 1 ? "" : "s"),
              both.string(),
              "it needs subfolders such as ir and vis, or names such as NAME_ir.png and "
              "NAME_vis.png; 'auif pairs' shows what was seen, --match and --pairs help");
}

}  // namespace

const std::vector<Layout>& Layouts() {
  static const std::vector<Layout> kLayouts = {
      {"msrs", "MSRS", "ir", "vi"},
      {"m3fd", "M3FD", "ir", "vis"},
      {"llvip", "LLVIP", "infrared", "visible"},
      {"kaist", "KAIST Multispectral Pedestrian", "lwir", "visible"},
      {"flir-adas", "FLIR ADAS",
       "thermal_8_bit images_thermal_train images_thermal_val previewdata",
       "rgb images_rgb_train images_rgb_val"},
      {"roadscene", "RoadScene", "cropinfrared", "crop_lr_visible"},
      {"tno", "TNO Image Fusion", "", ""},
      {"rgbt234", "RGBT234 and LasHeR", "infrared", "visible"},
      {"dronevehicle", "DroneVehicle", "trainimgr valimgr testimgr", "trainimg valimg testimg"},
      {"epfl-nir", "EPFL RGB-NIR Scene", "", ""},
  };
  return kLayouts;
}

std::vector<fs::path> ListImages(const fs::path& folder, bool recursive) {
  return ImagesBelow(folder, recursive ? kDeepest : 0, false);
}

PairList FindPairs(const fs::path& ir, const fs::path& vis, const PairRules& rules) {
  if (vis.empty()) return FindPairs(ir, rules);
  if (!rules.list.empty()) {
    throw Error(ErrorKind::kUsage, "the visible folder is not needed beside a list of pairs",
                vis.string(), "the list names both images of a pair");
  }
  std::error_code error;
  if (fs::equivalent(ir, vis, error)) {
    throw Error(ErrorKind::kUsage, "is given as the infrared and as the visible folder",
                ir.string(), "give one folder that holds both, alone, or two folders");
  }
  Search search(rules);
  for (const auto& [folder, band] : {std::pair{&ir, Band::kThermal}, {&vis, Band::kVisible}}) {
    const std::size_t before = search.count();
    search.Add(*folder, "", band, 0);
    if (search.count() > before) continue;
    throw Error(ErrorKind::kInput, "the folder has no images", folder->string(), kFormats);
  }
  return search.Finish();
}

PairList FindPairs(const fs::path& both, const PairRules& rules) {
  return Find(both, false, rules);
}
PairList FindImages(const fs::path& both, const PairRules& rules) {
  return Find(both, true, rules);
}

}  // namespace auif
