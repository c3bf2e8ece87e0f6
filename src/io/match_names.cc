#include "io/match_names.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "auif/error.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

using Images = std::vector<NamedImage>;
// What an image and its partner have in common; nothing: it has none this way.
using Key = std::function<std::optional<std::string>(const NamedImage&)>;

// The images of each key.
std::map<std::string, std::vector<std::size_t>> Indexed(const Images& images, const Key& key) {
  std::map<std::string, std::vector<std::size_t>> index;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (const auto text = key(images[i])) index[*text].push_back(i);
  }
  return index;
}

[[noreturn]] void Refuse(const NamedImage& a, const NamedImage& b, const NamedImage& partner) {
  throw Error(ErrorKind::kInput,
              "and " + b.path.filename().string() + " both fit " +
                  partner.path.filename().string() + ", so that it is not clear which one to pair",
              a.path.string(), "remove or rename one of them, or tell the pairs with --pairs FILE");
}

class Group {
 public:
  Group(Images ir, Images vis, std::string name, PairList& list)
      : ir_(std::move(ir)), vis_(std::move(vis)), name_(std::move(name)), list_(list) {}

  bool paired() const { return pairs_ > 0; }
  const Images& ir() const { return ir_; }
  const Images& vis() const { return vis_; }

  // Pairs what has one key on both sides. name: of a pair.
  void Match(const Key& ir_key, const Key& vis_key, PairedBy by,
             const std::function<std::string(const NamedImage& ir, const NamedImage& vis)>& name) {
    const auto infrared = Indexed(ir_, ir_key), visible = Indexed(vis_, vis_key);
    std::vector<bool> ir_done(ir_.size()), vis_done(vis_.size());
    for (const auto& [key, irs] : infrared) {
      const auto found = visible.find(key);
      if (found == visible.end()) continue;
      const std::vector<std::size_t>& viss = found->second;
      if (viss.size() > 1) Refuse(vis_[viss[0]], vis_[viss[1]], ir_[irs[0]]);
      // Of several infrared bands the thermal one.
      std::vector<std::size_t> best;
      for (const std::size_t i : irs) {
        if (ir_[i].band == Band::kThermal) best.push_back(i);
      }
      if (best.empty()) best = irs;
      if (best.size() > 1) Refuse(ir_[best[0]], ir_[best[1]], vis_[viss[0]]);
      for (const std::size_t i : irs) {
        ir_done[i] = true;
        if (i != best[0]) list_.others.push_back(ir_[i].path);
      }
      vis_done[viss[0]] = true;
      const NamedImage &a = ir_[best[0]], &b = vis_[viss[0]];
      list_.pairs.push_back({(fs::path(name_) / name(a, b)).string(), a.path, b.path, by});
      ++pairs_;
    }
    Remove(ir_, ir_done);
    Remove(vis_, vis_done);
  }

  void Finish() {
    for (const Images* rest : {&ir_, &vis_}) {
      for (const NamedImage& image : *rest) list_.unmatched.push_back(image.path);
    }
  }

 private:
  static void Remove(Images& images, const std::vector<bool>& done) {
    Images rest;
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (!done[i]) rest.push_back(std::move(images[i]));
    }
    images = std::move(rest);
  }

  Images ir_, vis_;
  std::string name_;
  PairList& list_;
  int pairs_ = 0;
};

// The words that both lists have.
std::set<std::string> CommonWords(const std::vector<std::vector<std::string>>& a,
                                  const std::vector<std::vector<std::string>>& b) {
  std::set<std::string> first, common;
  for (const auto& words : a) first.insert(words.begin(), words.end());
  for (const auto& words : b) {
    for (const std::string& word : words) {
      if (first.contains(word)) common.insert(word);
    }
  }
  return common;
}

bool IsUnique(const Images& images, const Key& key) {
  for (const auto& [text, members] : Indexed(images, key)) {
    if (members.size() > 1) return false;
  }
  return true;
}

bool HasNumber(const std::string& key) {
  return std::any_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void SortByName(PairList& list) {
  std::sort(list.pairs.begin(), list.pairs.end(),
            [](const ImagePair& a, const ImagePair& b) { return a.name < b.name; });
}

void MatchNames(Images images, const std::string& group, bool folders, PairList& list) {
  Images ir, vis;
  // Letters tell the band only where words do not.
  const bool letters =
      !folders && std::none_of(images.begin(), images.end(), [](const auto& image) {
        return image.name.BandWord(false).has_value();
      });
  for (NamedImage& image : images) {
    if (!folders) {
      if (const auto word = image.name.BandWord(letters)) image.band = image.name.BandOf(*word);
    }
    if (image.band == Band::kVisible) {
      vis.push_back(std::move(image));
    } else if (image.band && IsInfrared(*image.band)) {
      ir.push_back(std::move(image));
    } else {
      (image.band ? list.others : list.unmatched).push_back(image.path);
    }
  }
  Group lists(std::move(ir), std::move(vis), group, list);
  const auto of_folder = [&](const std::string& text) {
    if (!text.empty()) return text;
    const std::string parent =
        lists.ir().empty() ? "" : lists.ir()[0].path.parent_path().filename();
    return parent.empty() ? std::string("pair") : parent;
  };
  if (folders) {
    const Key stem = [](const NamedImage& image) { return Folded(image.name.stem()); };
    lists.Match(stem, stem, PairedBy::kName,
                [](const NamedImage& a, const NamedImage&) { return a.name.stem(); });
  }
  const auto word = [&](const NamedImage& image, bool infrared) {
    return folders ? image.name.BandWord(true, infrared) : image.name.BandWord(letters);
  };
  lists.Match([&](const NamedImage& a) { return a.name.Key(word(a, true)); },
              [&](const NamedImage& b) { return b.name.Key(word(b, false)); }, PairedBy::kMarkers,
              [&](const NamedImage& a, const NamedImage&) {
                return of_folder(a.name.Without(word(a, true)));
              });
  // What both lists have in common, where nothing else has paired any: numbers of a frame between
  // words and hashes that differ.
  if (!lists.paired() && !lists.ir().empty() && !lists.vis().empty()) {
    // But for the word that tells the band: IR_hei_vis_g goes with VIS_hei_vis_r.
    const auto words = [&](const NamedImage& image, bool infrared) {
      std::vector<std::string> rest = image.name.words();
      if (const auto band = word(image, infrared)) {
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(*band));
      }
      return rest;
    };
    const auto all = [&](const Images& side, bool infrared) {
      std::vector<std::vector<std::string>> names;
      for (const NamedImage& image : side) names.push_back(words(image, infrared));
      return names;
    };
    const std::set<std::string> common =
        CommonWords(all(lists.ir(), true), all(lists.vis(), false));
    const auto key = [&](bool infrared) -> Key {
      return [&, infrared](const NamedImage& image) -> std::optional<std::string> {
        std::string text;
        for (const std::string& w : words(image, infrared)) {
          if (common.contains(w)) text += (text.empty() ? "" : "_") + w;
        }
        return text.empty() ? std::nullopt : std::optional(text);
      };
    };
    const Key ir_key = key(true), vis_key = key(false);
    // One pair must share a number, or say in both names which is which.
    const bool single = lists.ir().size() == 1 && lists.vis().size() == 1;
    const auto first = ir_key(lists.ir()[0]);
    if (IsUnique(lists.ir(), ir_key) && IsUnique(lists.vis(), vis_key) &&
        (!single || !folders || (first && HasNumber(*first)))) {
      lists.Match(ir_key, vis_key, PairedBy::kCommonWords,
                  [&](const NamedImage& a, const NamedImage&) { return *ir_key(a); });
    }
  }
  lists.Finish();
}

NamePattern PairPattern(const std::string& pattern) {
  return {pattern, 2,
          "the first captures what an infrared image's name shares with its partner's, the second "
          "the same of a visible one: 'IR_(.*)|VIS_(.*)'"};
}

void MatchPattern(const Images& images, const NamePattern& pattern, const std::string& group,
                  PairList& list) {
  const auto key = [&](const NamedImage& image, std::size_t side) {
    return pattern.Group(image.name.stem(), side);
  };
  Images ir, vis;
  for (const NamedImage& image : images) {
    if (key(image, 1)) {
      ir.push_back(image);
    } else if (key(image, 2)) {
      vis.push_back(image);
    } else {
      list.unmatched.push_back(image.path);
    }
  }
  Group lists(std::move(ir), std::move(vis), group, list);
  const auto folded = [&](std::size_t side) -> Key {
    return [&key, side](const NamedImage& image) { return Folded(*key(image, side)); };
  };
  lists.Match(folded(1), folded(2), PairedBy::kPattern,
              [&](const NamedImage& a, const NamedImage&) { return *key(a, 1); });
  lists.Finish();
}

}  // namespace auif
