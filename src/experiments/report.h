// All experiments of an output folder in one HTML file, and beside the paper's numbers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/section.h"

namespace auif {

// One file that needs nothing else: figures and images are data URIs, read from `out`. Throws
// Error (kInput) where one of them is missing.
std::string FormatReport(const std::vector<Section>& sections, const std::filesystem::path& out);

// Markdown: every cell of the paper's tables beside the project's, and why they differ.
std::string FormatReproduction(const std::vector<Section>& sections);

}  // namespace auif
