// The files that a method reads.
#pragma once

#include <filesystem>
#include <vector>

#include "auif/method.h"

namespace auif {

// What its options name: files that no result may replace.
std::vector<std::filesystem::path> OptionFiles(const FusionMethod& method);

}  // namespace auif
