#include "io/image_name.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/text.h"

namespace auif {
namespace {

struct BandName {
  std::string_view word;
  Band band;
};

constexpr std::array<BandName, 30> kWords = {{
    {"ir", Band::kThermal},          {"infrared", Band::kThermal},
    {"infra", Band::kThermal},       {"inf", Band::kThermal},
    {"thermal", Band::kThermal},     {"therm", Band::kThermal},
    {"thermo", Band::kThermal},      {"lwir", Band::kThermal},
    {"mwir", Band::kThermal},        {"tir", Band::kThermal},
    {"fir", Band::kThermal},         {"heat", Band::kThermal},
    {"previewdata", Band::kThermal},  // of the aligned FLIR set
    {"nir", Band::kNearInfrared},    {"swir", Band::kNearInfrared},
    {"visible", Band::kVisible},     {"vis", Band::kVisible},
    {"vi", Band::kVisible},          {"rgb", Band::kVisible},
    {"eo", Band::kVisible},          {"visual", Band::kVisible},
    {"color", Band::kVisible},       {"colour", Band::kVisible},
    {"optical", Band::kVisible},     {"vl", Band::kVisible},
    {"tv", Band::kVisible},          {"ccd", Band::kVisible},
    {"dc", Band::kVisible},          {"ii", Band::kOther},
    {"intensified", Band::kOther},
}};

// Letters that tell the band where nothing else does: RGBT234's 00001i, DJI's _T and _W.
constexpr std::array<BandName, 5> kLetters = {{{"i", Band::kThermal},
                                               {"t", Band::kThermal},
                                               {"v", Band::kVisible},
                                               {"w", Band::kVisible},
                                               {"z", Band::kOther}}};

// Words that tell it inside of longer ones, as in "cropinfrared".
constexpr std::array<BandName, 4> kParts = {{{"infrared", Band::kThermal},
                                             {"thermal", Band::kThermal},
                                             {"lwir", Band::kThermal},
                                             {"visible", Band::kVisible}}};

template <class Table>
std::optional<Band> Lookup(const Table& table, std::string_view word) {
  for (const BandName& entry : table) {
    if (entry.word == word) return entry.band;
  }
  return std::nullopt;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSeparator(char c) {
  return std::string_view("_- .,;+#=~()[]{}").find(c) != std::string_view::npos;
}

std::optional<Band> WordBand(std::string_view word, bool weak) {
  const auto strong = Lookup(kWords, word);
  return strong || !weak ? strong : Lookup(kLetters, word);
}

}  // namespace

std::string Folded(std::string_view text) {
  utf8proc_uint8_t* folded = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &folded,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  if (length < 0) return Lower(text);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  return {reinterpret_cast<const char*>(folded), static_cast<std::size_t>(length)};
}

ImageName::ImageName(std::string stem) : stem_(std::move(stem)) {
  for (std::size_t i = 0; i < stem_.size();) {
    if (IsSeparator(stem_[i])) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < stem_.size() && !IsSeparator(stem_[end]) &&
           IsDigit(stem_[end]) == IsDigit(stem_[i])) {
      ++end;
    }
    spans_.push_back({i, end});
    words_.push_back(Folded(std::string_view(stem_).substr(i, end - i)));
    i = end;
  }
}

Band ImageName::BandOf(std::size_t word) const { return *WordBand(words_[word], true); }

std::optional<std::size_t> ImageName::BandWord(bool weak) const {
  if (words_.empty()) return std::nullopt;
  const std::size_t last = words_.size() - 1;
  for (const std::size_t end : {last, std::size_t{0}}) {
    if (WordBand(words_[end], false)) return end;
  }
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const auto band = WordBand(words_[i], false);
    if (!band) continue;
    if (found && BandOf(*found) != *band) return std::nullopt;
    found = i;
  }
  if (found || !weak) return found;
  for (const std::size_t end : {last, std::size_t{0}}) {
    if (WordBand(words_[end], true)) return end;
  }
  return std::nullopt;
}

std::optional<std::size_t> ImageName::BandWord(bool weak, bool infrared) const {
  const auto fits = [&](std::size_t i, bool letters) {
    const auto band = WordBand(words_[i], letters);
    return band && (infrared ? IsInfrared(*band) : *band == Band::kVisible);
  };
  if (words_.empty()) return std::nullopt;
  const std::size_t last = words_.size() - 1;
  for (const std::size_t end : {last, std::size_t{0}}) {
    if (fits(end, false)) return end;
  }
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (fits(i, false)) return i;
  }
  if (!weak) return std::nullopt;
  for (const std::size_t end : {last, std::size_t{0}}) {
    if (fits(end, true)) return end;
  }
  return std::nullopt;
}

std::string ImageName::Key(std::optional<std::size_t> without) const {
  std::string key;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (i != without) key.append(words_[i]).push_back('\0');
  }
  return key;
}

std::string ImageName::Without(std::optional<std::size_t> word) const {
  if (!word) return stem_;
  std::size_t begin = spans_[*word].begin, end = spans_[*word].end;
  // One separator goes with the word: the one before it, or behind it at the beginning.
  if (begin > 0 && IsSeparator(stem_[begin - 1])) {
    --begin;
  } else if (end < stem_.size() && IsSeparator(stem_[end])) {
    ++end;
  }
  return stem_.substr(0, begin) + stem_.substr(end);
}

std::optional<Band> FolderBand(const std::string& name) {
  const ImageName parsed(name);
  if (const auto word = parsed.BandWord(false)) return parsed.BandOf(*word);
  const std::string folded = Folded(name);
  if (folded.ends_with("imgr")) return Band::kThermal;
  if (folded.ends_with("img") && parsed.words().size() == 1) return Band::kVisible;
  std::optional<Band> found;
  for (const BandName& part : kParts) {
    if (folded.find(part.word) == std::string::npos) continue;
    if (found && *found != part.band) return std::nullopt;
    found = part.band;
  }
  return found;
}

}  // namespace auif
