// The command line as other programs want to read it: shells and man.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace auif::cli {

// shell: "bash", "zsh" or "fish"; anything else throws Error (kUsage). A script that completes
// commands, options, and files.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

// auif(1), in the man macros.
std::string ManPage(const CLI::App& app);

}  // namespace auif::cli
