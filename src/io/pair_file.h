// Pairs that are listed in a file.
#pragma once

#include <filesystem>

#include "auif/io.h"

namespace auif {

// See PairRules::list. folder: what paths are relative to; empty: the file's own folder. Throws
// Error (kInput) for a file that is broken, an image that is missing and two pairs of one name.
PairList ReadPairFile(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace auif
