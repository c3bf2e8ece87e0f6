// The commands of the program. Each file cmd_<name>.cc defines one: it declares its options on a
// subcommand, bound to a pipeline's option struct, and returns what to run once they are parsed.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>

#include "auif/io.h"
#include "jobs/job.h"

namespace auif::cli {

// Exit codes of all commands; main.cc turns an Error into one of them.
inline constexpr int kAllDone = 0;
inline constexpr int kSomeFailed = 1;
inline constexpr int kUsageError = 2;

// Returns the exit code; throws Error.
using Action = std::function<int()>;

Action AddBench(CLI::App& command);
Action AddCompletion(CLI::App& command);
Action AddEval(CLI::App& command);
Action AddExperiment(CLI::App& command);
Action AddFuse(CLI::App& command);
Action AddImport(CLI::App& command);
Action AddInfo(CLI::App& command);
Action AddMan(CLI::App& command);
Action AddPairs(CLI::App& command);
Action AddScene(CLI::App& command);
Action AddThermal(CLI::App& command);
Action AddTrain(CLI::App& command);

// Options that several commands have, always with the same name and meaning.
void AddThreads(CLI::App& command, int& threads);

// Groups of the help.
inline constexpr const char *kImages = "How images are read", *kColours = "Colours",
                            *kFolders = "Which images of folders belong together";

// --ir-range and --vis-range.
void AddRanges(CLI::App& command, std::string& ir, std::string& vis);

// --ir-palette. CheckPalettes, of what it and --palette name, throws Error (kUsage).
void AddIrPalette(CLI::App& command, std::string& palette);
void CheckPalettes(const std::string& ir_palette, const std::string& palette);

// --recursive, --layout, --match and --pairs.
void AddPairRules(CLI::App& command, PairRules& rules);

// "KEY=VALUE" of a method's option. Throws Error (kUsage); `where`: the flag that had it.
std::pair<std::string, std::string> ParseSetting(const std::string& text, const std::string& where);

// "auif: error: ..." on stderr.
void PrintError(const std::string& line);

// Prints the failures of a job and returns its exit code.
int Conclude(const JobReport& report);

}  // namespace auif::cli
