// Which infrared image belongs to which visible one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace auif {

struct ImagePair {
  std::string name;  // what the two files' base names have in common; a result is named after it
  std::filesystem::path ir, vis;
};

struct PairList {
  std::vector<ImagePair> pairs;                  // sorted by name
  std::vector<std::filesystem::path> unmatched;  // images without a partner
};

// Pairs the images of two folders by base name, ignoring case. Markers of the modality may
// differ: NAME_ir and NAME_vis (also _vi, _eo, _rgb, _infrared, _thermal, _visible; _ or -), IR7
// and VIS7. Throws Error (kInput) for a folder that is missing or has no images, and where two
// files of a folder have the same name.
PairList FindPairs(const std::filesystem::path& ir, const std::filesystem::path& vis);

// The same for one folder that holds both: in two subfolders (ir, infrared or thermal; vi, vis,
// visible, rgb or eo; any case), or side by side with markers in their names.
PairList FindPairs(const std::filesystem::path& both);

// The images of a folder in the order of their names; hidden files and folders are left out.
// Throws Error (kInput) for a folder that is missing or cannot be listed.
std::vector<std::filesystem::path> ListImages(const std::filesystem::path& folder);

}  // namespace auif
