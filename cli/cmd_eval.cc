#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <tuple>

#include "auif/error.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "io/atomic_file.h"
#include "io/outputs.h"
#include "jobs/evaluate_job.h"
#include "jobs/score_table.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "A fused image belongs to the sources of the same base name, ignoring case (NAME_ir and\n"
    "NAME_vis go with NAME); what all names of a folder have in common may stand before and "
    "behind\n"
    "it (NAME_METHOD, fused_NAME). Several --fused make one table with a row each: best value "
    "bold,\n"
    "second underlined (* and + where text has neither), arrows for the better direction.\n"
    "\n"
    "Conventions are published evaluations by name; each has its own metrics. 'auif eval --list'\n"
    "shows them, docs/metrics.md explains them.\n"
    "\n"
    "Examples:\n"
    "  auif eval --ir data/ir --vis data/vis --fused results\n"
    "  auif eval --ir data/ir --vis data/vis --fused ours=results --fused theirs=other \\\n"
    "      --convention auif-paper --baseline published.csv --format latex -o table.tex\n"
    "  auif eval --ir ir.png --vis vis.png --fused fused.png --metrics EN,SD,SSIM\n"
    "  auif eval --ir data/ir --vis data/vis --fused results --per-image --format csv -o all.csv";

struct Options {
  EvaluateJob job;
  std::vector<std::string> fused;
  std::string ir_palette, baseline, output, ir_range, vis_range;
  std::string format = "table";
  bool per_image = false, list = false, quiet = false;
};

TableFormat ParseFormat(const std::string& name) {
  static const std::map<std::string, TableFormat> kFormats{{"table", TableFormat::kTable},
                                                           {"csv", TableFormat::kCsv},
                                                           {"json", TableFormat::kJson},
                                                           {"markdown", TableFormat::kMarkdown},
                                                           {"latex", TableFormat::kLatex}};
  const auto found = kFormats.find(name);
  if (found != kFormats.end()) return found->second;
  throw Error(ErrorKind::kUsage, "no such format", name,
              "there are table, csv, json, markdown and latex");
}

// "NAME=PATH", or a path, whose last part is then the name.
EvaluateJob::Method ParseMethod(const std::string& text) {
  std::filesystem::path path = text;
  const std::size_t equals = text.find('=');
  if (equals != text.npos && equals > 0 && !std::filesystem::exists(path)) {
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  if (!path.has_filename()) path = path.parent_path();  // "results/"
  const bool folder = std::filesystem::is_directory(path);
  return {folder ? path.filename().string() : path.stem().string(), text};
}

int List() {
  for (const ConventionInfo& convention : Conventions()) {
    Print("{}: {}; {}\n", convention.name, convention.summary, convention.grey);
    for (const MetricInfo& metric : convention.metrics) {
      const bool higher = metric.direction == Direction::kHigherIsBetter;
      Print("  {:<18}{} {}{}{}\n", metric.name, higher ? "↑" : "↓", metric.title,
            metric.unit.empty() ? "" : " [" + metric.unit + "]",
            metric.choices.empty() ? "" : ": " + metric.choices);
    }
  }
  return kAllDone;
}

void CheckGiven(const Options& options) {
  for (const auto& [missing, name] :
       {std::pair{options.job.ir.empty() && options.job.pairs.list.empty(), "--ir"},
        std::pair{options.fused.empty(), "--fused"}}) {
    if (missing) throw Error(ErrorKind::kUsage, fmt::format("{} is required", name));
  }
  if (options.per_image && !options.baseline.empty()) {
    throw Error(ErrorKind::kUsage, "--baseline has rows of methods, --per-image of images", "",
                "use one of them");
  }
}

int Run(Options& options) {
  if (options.list) return List();
  CheckGiven(options);
  TableFormat format = ParseFormat(options.format);
  EvaluateJob& job = options.job;
  for (const std::string& text : options.fused) job.methods.push_back(ParseMethod(text));
  for (const auto& [text, where, rule] :
       {std::tuple{&options.ir_range, "--ir-range", &job.ir_range},
        {&options.vis_range, "--vis-range", &job.vis_range}}) {
    if (!text->empty()) *rule = ParseSourceRule(*text, where);
  }
  if (!options.ir_palette.empty()) {
    CheckPalettes(options.ir_palette, "");
    job.ir_palette = options.ir_palette;
  }
  const Evaluator evaluator(job.convention, job.metrics);
  // Read first: a broken file should not show only after all the work.
  std::vector<TableRow> baseline;
  if (!options.baseline.empty()) baseline = ReadBaseline(options.baseline, evaluator.metrics());
  if (!options.output.empty()) {
    std::vector<std::filesystem::path> inputs = InputFiles(job);
    if (!options.baseline.empty()) inputs.push_back(options.baseline);
    CheckOutputs({{options.output, "the table"}}, inputs);
    CheckFolderOf(options.output);
  }

  const StopSignals signals;
  Progress progress("images");
  const EvaluateResult result = RunEvaluateJob(job, [&](const JobProgress& state) {
    if (!options.quiet && state.total > 1) progress.Show(state);
    return !StopSignals::Asked();
  });
  if (!options.quiet) {
    for (const std::string& note : result.notes) PrintErr("auif: note: {}\n", note);
  }
  if (result.report.succeeded > 0) {
    const bool terminal = options.output.empty() && isatty(STDOUT_FILENO) == 1;
    if (format == TableFormat::kTable && terminal) format = TableFormat::kTerminal;
    const ConventionInfo& convention = evaluator.convention();
    const std::string text = options.per_image ? FormatImages(result, convention, format)
                                               : FormatMeans(result, baseline, convention, format);
    if (options.output.empty()) {
      WriteOut(text);
    } else {
      WriteFileAtomically(options.output, text);
    }
  }
  return Conclude(result.report);
}

}  // namespace

Action AddEval(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  EvaluateJob& job = options->job;
  command.add_option("--ir", job.ir, "Infrared image, or folder of them")->type_name("IR");
  command
      .add_option("--vis", job.vis,
                  "Visible image or folder; not needed if IR is a folder that holds both")
      ->type_name("VIS");
  command
      .add_option("--fused", options->fused,
                  "Fused image or folder, with a name for the table if wanted; may be repeated")
      ->type_name("[NAME=]DIR");
  command
      .add_option("--convention", job.convention,
                  "Whose numbers: standard, auif-paper, tang, cddfuse or vifb (default: standard)")
      ->type_name("NAME");
  command
      .add_option("--metrics", job.metrics, "Only these metrics (default: all of the convention)")
      ->type_name("A,B,...")
      ->delimiter(',');
  command
      .add_option("--format", options->format,
                  "table, csv, json, markdown or latex (default: table)")
      ->type_name("NAME");
  command.add_option("-o,--output", options->output, "Write to a file instead of the screen")
      ->type_name("FILE");
  command
      .add_option("--baseline", options->baseline,
                  "CSV of published numbers, one row per method: method,EN,SD,...")
      ->type_name("FILE");
  command.add_flag("--per-image", options->per_image, "One row per image instead of the means");
  AddRanges(command, options->ir_range, options->vis_range);
  AddIrPalette(command, options->ir_palette);
  AddPairRules(command, job.pairs);
  command
      .add_option(
          "--fused-match", job.fused_match,
          "Regular expression for names of fused images; its group captures the pair's name")
      ->type_name("PATTERN");
  AddThreads(command, job.threads);
  command.add_flag("--list", options->list, "List all conventions and their metrics, and exit");
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but the table and errors");
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli
