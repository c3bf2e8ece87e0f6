#pragma once

#include <filesystem>

namespace auif {

// Makes a folder with its parents; one that is there already is fine. Throws Error (kOutput).
void MakeFolder(const std::filesystem::path& folder);

}  // namespace auif
