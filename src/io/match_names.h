// Which of the infrared and visible images of one group (two folders, or one that holds both)
// belong together, by their names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "auif/io.h"
#include "io/image_name.h"
#include "io/name_pattern.h"

namespace auif {

// The pairs in the order of their names.
void SortByName(PairList& list);

struct NamedImage {
  std::filesystem::path path;
  ImageName name;
  std::optional<Band> band;  // as the folder or the name tells it
};

// Appends the pairs to `list`, their names below `group`, and what has no partner to its unmatched
// images or, for further bands beside a pair, to `others`. folders: the band was told by the
// images' folders, so that equal names pair. Throws Error (kInput) where several images fit one.
void MatchNames(std::vector<NamedImage> images, const std::string& group, bool folders,
                PairList& list);

// The same by a pattern that captures what the names of a pair have in common: in its first group
// for an infrared image, in its second for a visible one.
void MatchPattern(const std::vector<NamedImage>& images, const NamePattern& pattern,
                  const std::string& group, PairList& list);
// Throws Error (kUsage) for a pattern that is none, or has not two groups.
NamePattern PairPattern(const std::string& pattern);

}  // namespace auif
