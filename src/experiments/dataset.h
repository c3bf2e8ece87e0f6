// Sets of image pairs, described by small files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "auif/io.h"

namespace auif {

// One description; docs/datasets.md has the file format.
struct Dataset {
  std::string name;           // "tno"; names folders and files
  std::string title;          // "TNO"
  std::string split;          // "train", "validation" or "test"
  std::filesystem::path ir;   // folders, absolute or below the data folder
  std::filesystem::path vis;  // the same; empty: `ir` holds both
  std::string illumination;   // "Day", "Night", "Day&Night"; may be empty
  std::string source;         // where it comes from; may be empty
  std::string note;           // may be empty
  PairRules pairs_by;         // how pairs are found in the folders
  int paper_pairs = 0;        // in the paper's Table 1; 0: not of the paper

  // Filled in by OpenDatasets.
  std::vector<ImagePair> pairs;
  std::string content;  // changes whenever a name or a byte of an image does

  // "20 of the paper's 58 pairs"; empty where none is missing.
  std::string Shortfall() const;
};

struct Datasets {
  std::vector<Dataset> sets;
  std::vector<std::string> notes;  // sets of the paper that are not available, one line each

  // Those of a split, at least one: throws Error (kInput), saying what to do, where there is none.
  std::vector<const Dataset*> Split(const std::string& split) const;
};

// Opens what `wanted` lists: files with a description (or an array of them), or names of the
// paper's sets. Nothing wanted: the paper's sets that lie in the data folder. Throws Error: kUsage
// for an unknown name, kInput for a broken description, a folder that is missing or has no pairs,
// and for images without a partner.
Datasets OpenDatasets(const std::filesystem::path& data, const std::vector<std::string>& wanted);

}  // namespace auif
