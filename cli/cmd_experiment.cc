#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "auif/error.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/train_flags.h"
#include "experiments/experiment.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "Each experiment writes its numbers as CSV, its figure as SVG and PNG, and report.html, which\n"
    "holds all experiments that were run into the same folder and needs nothing else. Finished\n"
    "work is kept in OUT/parts: after a kill, the same command continues where it stopped.\n"
    "\n"
    "DIR holds the data sets as DIR/tno/ir, DIR/tno/vis and so on; docs/datasets.md says which,\n"
    "where they come from, and how to describe others for --datasets.\n"
    "\n"
    "Examples:\n"
    "  auif experiment compare --data data -o results --as-published\n"
    "  auif experiment compare --data data -o results --methods theirs=fused/theirs\n"
    "  auif experiment robustness --data data -o results --runs 10\n"
    "  auif experiment all --data data -o results --reproduction reproduction.md\n"
    "  auif experiment compare --data data -o results --datasets tno msrs.json";

// Words for --methods.
constexpr const char* kTable3 = "table3";
constexpr const char* kNone = "none";

struct Options {
  ExperimentJob job;
  TrainFlags train;
  std::string model, reproduction;
  std::vector<std::string> methods = {kTable3};
  bool quiet = false;
};

// Where an option begins in "NAME:KEY=VALUE:...", from a position on: at a colon before a KEY of
// lower-case letters, digits and hyphens with its equals sign. Any other colon is part of a file's
// name or of a value.
std::size_t FindOption(const std::string& text, std::size_t from) {
  for (std::size_t at = text.find(':', from); at != std::string::npos;
       at = text.find(':', at + 1)) {
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", at + 1);
    if (end != std::string::npos && end > at + 1 && text[end] == '=') return at;
  }
  return std::string::npos;
}

// "laplacian", "laplacian:levels=6" with any number of options, "onnx:FILE" with the same behind
// it, or "theirs=PATH".
ExperimentJob::Method ParseMethod(const std::string& text) {
  const std::size_t equals = text.find('='), colon = text.find(':');
  if (equals == 0 || equals == text.size() - 1) {
    throw Error(ErrorKind::kUsage, "a method is its name or NAME=PATH", text);
  }
  ExperimentJob::Method method;
  method.name = text;
  if (equals != std::string::npos && equals < colon) {
    method.name = text.substr(0, equals);
    method.path = text.substr(equals + 1);
    return method;
  }
  std::size_t at = FindOption(text, 0);
  method.method = text.substr(0, at);
  while (at != std::string::npos) {
    const std::size_t next = FindOption(text, at + 1);
    const std::size_t length = next == std::string::npos ? next : next - at - 1;
    method.settings.push_back(ParseSetting(text.substr(at + 1, length), "--methods"));
    at = next;
  }
  return method;
}

// All that --methods lists; a method that is given with options does not come by "table3" again.
std::vector<ExperimentJob::Method> ParseMethods(const std::vector<std::string>& texts) {
  std::vector<ExperimentJob::Method> methods;
  bool table3 = false;
  for (const std::string& text : texts) {
    if (text == kNone) continue;
    if (text == kTable3) {
      table3 = true;
    } else {
      methods.push_back(ParseMethod(text));
    }
  }
  if (!table3) return methods;
  std::vector<ExperimentJob::Method> all;
  for (ExperimentJob::Method& method : Table3Methods()) {
    const bool given = std::any_of(methods.begin(), methods.end(), [&](const auto& other) {
      return other.method == method.method;
    });
    if (!given) all.push_back(std::move(method));
  }
  all.insert(all.end(), methods.begin(), methods.end());
  return all;
}

int Run(Options& options) {
  ExperimentJob& job = options.job;
  job.train = options.train.Options();
  if (!options.model.empty()) job.model = options.model;
  if (!options.reproduction.empty()) job.reproduction = options.reproduction;
  job.methods = ParseMethods(options.methods);
  std::string experiment;
  std::optional<Progress> progress;
  const ExperimentReport report =
      RunExperiment(job, [&](const std::string& name, const JobProgress& state) {
        if (options.quiet) return;
        if (name != experiment) {
          experiment = name;
          progress.emplace("steps");
          if (progress->terminal()) PrintErr("{}\n", name);
        }
        JobProgress shown = state;
        shown.item = name + ": " + state.item;
        progress->Show(shown, state.item);
      });
  if (options.quiet) return kAllDone;
  for (const std::string& note : report.notes) PrintErr("auif: note: {}\n", note);
  Print("{} written\n", report.report.string());
  return kAllDone;
}

}  // namespace

Action AddExperiment(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  ExperimentJob& job = options->job;
  std::string names = "Which one, or all:";
  for (const ExperimentInfo& info : Experiments()) {
    names += fmt::format("\n{} ({}; {})", info.name, info.title, info.summary);
  }
  command.add_option("NAME", job.name, names)->required();
  command.add_option("--data", job.data, "Folder that holds the data sets")
      ->required()
      ->type_name("DIR");
  command.add_option("-o,--output", job.out, "Folder of the results, which may be there already")
      ->required()
      ->type_name("OUT");
  command
      .add_option("--datasets", job.datasets,
                  "Names of the paper's sets and files that describe others "
                  "(default: the paper's sets that are in DIR)")
      ->type_name("FILE...")
      ->delimiter(',');
  command
      .add_option(
          "--methods", options->methods,
          "Others to compare with: table3 (the paper's eight; the default), none (but the "
          "yardsticks of compare), a method of 'auif info --methods', with options as in "
          "laplacian:levels=6 or "
          "onnx:FILE:channels=3, or with a name of yours a folder with a subfolder of fused "
          "images per data set, or a model file")
      ->type_name("NAME[=PATH]...");
  command.add_flag(
      "--as-published", job.as_published,
      "Score a method's images as the paper's were made and stored, where that is known");
  command.add_option("--model", options->model, "Model file (default: the built-in one)")
      ->type_name("FILE");
  command.add_option("--runs", job.runs, fmt::format("Trainings of robustness ({})", job.runs))
      ->type_name("N");
  command
      .add_option("--layers-max", job.layers_max,
                  fmt::format("Largest number of layers ({})", job.layers_max))
      ->type_name("N");
  options->train.AddFewTo(command, "Trainings");
  command
      .add_option("--reproduction", options->reproduction,
                  "Also write the numbers beside the paper's, as Markdown")
      ->type_name("FILE");
  AddThreads(command, job.threads);
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but errors");
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli
