// auif: the program. Parses the command line, runs one command, turns errors into exit codes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/version.h"
#include "base/simd.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"

namespace auif::cli {
namespace {

struct Command {
  const char* group;
  const char* name;
  const char* summary;
  Action (*add)(CLI::App&);
};

// In the order of the help text.
constexpr Command kCommands[] = {
    {"Fuse", "fuse", "Fuse an infrared and a visible image, or folders of them", AddFuse},
    {"Fuse", "pairs", "Show which images of folders belong together, and why", AddPairs},
    {"Fuse", "thermal", "Get temperatures and the visible image from radiometric JPEG files",
     AddThermal},
    {"Evaluate", "eval", "Score fused images with the metrics of the literature", AddEval},
    {"Evaluate", "experiment", "Make the paper's tables and figures, or yours", AddExperiment},
    {"Models", "info", "Show what a model is made of", AddInfo},
    {"Models", "import", "Convert published weights into a file that auif reads", AddImport},
    {"Models", "train", "Train a model from a folder of images", AddTrain},
    {"Try it out", "bench", "Measure how fast this machine fuses", AddBench},
    {"Try it out", "scene", "Render a synthetic street at night in infrared and visible light",
     AddScene},
    {"Shell", "completion", "Print a script that completes commands and options", AddCompletion},
    {"", "man", "Print the manual page, for man -l", AddMan},
};

constexpr const char* kFooter =
    "Examples:\n"
    "  auif fuse ir.png vis.png -o fused.png\n"
    "  auif fuse data/ir data/vis -o results\n"
    "  auif fuse --help\n"
    "\n"
    "Exit codes: 0 all done, 1 some work failed, 2 usage error.";

int Help(const CLI::App& app) {
  WriteOut(app.help(app.get_parent() == nullptr ? "" : "auif"));
  return kAllDone;
}

std::string HelpHint(const CLI::App& app) {
  return app.get_name() == "auif" ? "see 'auif --help'"
                                  : fmt::format("see 'auif {} --help'", app.get_name());
}

// Names the arguments that begin with '-' and are no option of the command, in their order.
void RefuseUnknownOptions(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> known, unknown;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    for (const std::string& name : option->get_snames()) known.push_back("-" + name);
  }
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    const bool number = name.size() > 1 && (std::isdigit(static_cast<unsigned char>(name[1])) != 0);
    if (name.size() < 2 || name[0] != '-' || number) continue;
    const bool short_known =
        name[1] != '-' && std::ranges::find(known, name.substr(0, 2)) != known.end();
    if (!short_known && std::ranges::find(known, name) == known.end()) unknown.push_back(name);
  }
  if (unknown.empty()) return;
  const std::string closest = DidYouMean(unknown[0], known);
  throw Error(ErrorKind::kUsage, fmt::format("there is no option {}", fmt::join(unknown, ", ")), {},
              closest.empty() ? HelpHint(app) : closest + " " + HelpHint(app));
}

// CLI11 says "--epochs: 1 required N missing" and "Could not convert: --epochs = abc".
std::string Explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  const std::string unreadable = "Could not convert: ";
  const bool conversion = text.starts_with(unreadable);
  const std::string_view end = conversion ? " = " : ": ";
  const std::size_t begin = conversion ? unreadable.size() : 0, at = text.find(end, begin);
  if (at == std::string::npos) return text;
  const std::string name = text.substr(begin, at - begin);
  const CLI::Option* option = app.get_option_no_throw(name);
  if (option == nullptr) return text;
  const std::string usage = name + " " + option->get_type_name();
  if (conversion)
    return fmt::format("{}: '{}' is no such value", usage, text.substr(at + end.size()));
  if (text.ends_with(" missing")) return fmt::format("{} needs its value: {}", name, usage);
  return text;
}

// A target that is misspelt or missing must not silently be another one.
void CheckSimdEnvironment() {
  const char* name = std::getenv("AUIF_SIMD");
  const std::vector<std::string> targets = SimdTargets();
  if (name == nullptr || *name == '\0' || std::ranges::find(targets, name) != targets.end()) return;
  throw Error(ErrorKind::kUsage, fmt::format("this machine has no SIMD target '{}'", name),
              "AUIF_SIMD", fmt::format("it has {}", fmt::join(targets, ", ")));
}

int Run(int argc, char** argv) {
  CLI::App app(
      "auif fuses an infrared and a visible image of one scene into one that shows both "
      "the heat and the detail.",
      "auif");
  app.set_version_flag("--version", std::string("auif ") + Version(), "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.get_formatter()->column_width(28);
  app.require_subcommand(1);
  app.footer(kFooter);

  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->group(command.group);
    actions.emplace_back(sub, command.add(*sub));
  }
  // Without a command, and with `help`, the help is what was asked for, as for git and cargo.
  if (argc == 1) return Help(app);
  std::vector<std::string> names{"help"};
  for (const Command& command : kCommands) names.push_back(command.name);
  const std::string name = argv[1];
  const bool help = name == "help";
  if (help && argc > 3) {
    throw Error(ErrorKind::kUsage, "'auif help' takes one command", {}, HelpHint(app));
  }
  const std::string wanted = help ? (argc == 3 ? argv[2] : name) : name;
  if (help && (wanted == "help" || wanted == "--help" || wanted == "-h")) return Help(app);
  if ((help || !wanted.starts_with('-')) && std::ranges::find(names, wanted) == names.end()) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no command '{}'", wanted), {},
                DidYouMean(wanted, names, "'auif --help' lists them"));
  }
  if (help) return Help(*app.get_subcommand(wanted));
  CheckSimdEnvironment();
  const bool is_command = !name.starts_with('-');
  // What stands before a command is the program's.
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const CLI::App& parsed = is_command ? *app.get_subcommand(name) : app;
  const auto refuse_unknown = [&] {
    if (is_command) {
      RefuseUnknownOptions(parsed, {arguments.begin() + 1, arguments.end()});
    } else {
      RefuseUnknownOptions(app, {arguments.begin(), std::ranges::find_first_of(arguments, names)});
    }
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // help or version
    std::ostringstream out;
    app.exit(request, out, out);
    WriteOut(out.str());
    return kAllDone;
  } catch (const CLI::ParseError& error) {
    // A misspelt option may be the one that is missing.
    const bool names_none = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
                            dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (names_none) refuse_unknown();
    throw Error(ErrorKind::kUsage, Explain(parsed, error), {}, HelpHint(parsed));
  }
  for (const auto& [sub, action] : actions) {
    if (sub->parsed()) return action();
  }
  return kUsageError;
}

}  // namespace

void AddThreads(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "Threads to use (default: as many as the machine has)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024).description(""));
}

std::pair<std::string, std::string> ParseSetting(const std::string& text,
                                                 const std::string& where) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw Error(ErrorKind::kUsage, "needs KEY=VALUE, not '" + text + "'", where,
                "'auif info --methods' lists the options");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void PrintError(const std::string& line) { PrintErr("auif: error: {}\n", line); }

int Conclude(const JobReport& report) {
  if (report.stopped) {
    PrintError(fmt::format("stopped after {} of {}", report.succeeded, report.total));
  }
  for (const JobFailure& failure : report.failures) PrintError(failure.message);
  return report.failures.empty() && !report.stopped ? kAllDone : kSomeFailed;
}

}  // namespace auif::cli

namespace auif::cli {
namespace {

// Runs something and turns errors into exit codes.
int Guarded(const std::function<int()>& run) {
  try {
    return run();
  } catch (const Error& error) {
    PrintError(error.what());
    return error.kind() == ErrorKind::kUsage ? kUsageError : kSomeFailed;
  } catch (const std::bad_alloc&) {
    PrintError("not enough memory");
  } catch (const std::exception& error) {
    PrintError(error.what());
  }
  return kSomeFailed;
}

}  // namespace
}  // namespace auif::cli

int main(int argc, char** argv) {
  using namespace auif::cli;
  OpenConsole();
  const int code = Guarded([&] { return Run(argc, argv); });
  const int written = Guarded([] {
    FinishConsole();
    return kAllDone;
  });
  return code != kAllDone ? code : written;
}
