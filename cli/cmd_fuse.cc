#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "image/palette.h"
#include "jobs/fuse_job.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "Folders: images belong together if their names do, ignoring case: a.png and a.jpg in two\n"
    "folders; NAME_ir and NAME_vis, IR7 and VIS7, 1i and 1v in one or two. One folder may also "
    "hold\n"
    "two subfolders such as ir and vis. 'auif pairs' shows which images belong together and why. "
    "A\n"
    "pair that fails does not stop the others; what failed is listed at the end.\n"
    "\n"
    "Reads PNG, JPEG, BMP, TIFF, PGM, WebP, JPEG 2000, PFM and .npy files, also of floats where "
    "the\n"
    "format has them, and raw samples (--raw); docs/inputs.md has more. A colour visible image is\n"
    "fused on its luma and keeps its chroma. Both images must be registered, 10x10 pixels or "
    "more.\n"
    "\n"
    "A radiometric JPEG file of a thermal camera is fused by its raw values; alone, with the "
    "visible\n"
    "image in it, by the camera's own alignment. 'auif thermal' shows what such a file holds.\n"
    "\n"
    "Examples:\n"
    "  auif fuse ir.png vis.png -o fused.png\n"
    "  auif fuse data/ir data/vis -o results --strategy l1\n"
    "  auif fuse data/kaist -o results --layout kaist\n"
    "  auif fuse --pairs pairs.csv -o results\n"
    "  auif fuse ir.raw vis.png -o fused.png --raw 640x512:y14\n"
    "  auif fuse rgbt.png -o fused.png --rgbt\n"
    "  auif fuse ir.png vis.png -o fused.png --method laplacian --method-option levels=6\n"
    "  auif fuse ir.png vis.png -o fused.png --method onnx:network.onnx\n"
    "  auif fuse ir.png vis.png -o fused.png --weights 1,0.8,1,1.2 --decompose layers";

struct Options {
  FuseJob job;
  std::string luma = "601", chroma = "keep";
  std::string raw, decompose, bits = "8", resize, equalise, ir_range = "auto", vis_range = "auto";
  std::vector<std::string> settings;  // KEY=VALUE
  // Of the method auif, under names of their own.
  std::string model, strategy, weights;
  bool quiet = false;
};

int Run(Options& options) {
  FuseJob& job = options.job;
  if (!options.decompose.empty()) job.decompose = options.decompose;
  if (!job.extension.empty() && !job.extension.starts_with('.'))
    job.extension = "." + job.extension;
  for (const auto& [option, value] : {std::pair{"model", &options.model},
                                      {"strategy", &options.strategy},
                                      {"weights", &options.weights}}) {
    if (!value->empty()) job.settings.emplace_back(option, *value);
  }
  for (const std::string& text : options.settings) {
    job.settings.push_back(ParseSetting(text, "--method-option"));
  }
  if (options.bits != "8") {
    job.type = options.bits == "16" ? SampleType::kUint16 : SampleType::kFloat;
  }
  if (!options.raw.empty()) job.sources.ir.read.raw = ParseRawLayout(options.raw, "--raw");
  CheckPalettes(job.sources.ir.palette, job.sources.colour.palette);
  if (options.luma == "709") job.sources.colour.luma = ColourRule::kBt709;
  if (options.chroma == "saturation") job.sources.colour.chroma = ColourRule::kSaturation;
  job.sources.ir.range = ParseSourceRule(options.ir_range, "--ir-range");
  job.sources.vis.range = ParseSourceRule(options.vis_range, "--vis-range");
  job.sources.ir.range.equalise = !options.equalise.empty();
  if (!options.resize.empty()) {
    job.sources.resize = options.resize == "ir" ? Resize::kInfrared : Resize::kVisible;
  }
  const StopSignals signals;
  Progress progress("pairs");
  const JobReport report = RunFuseJob(job, [&](const JobProgress& state) {
    if (!options.quiet && state.total > 1) progress.Show(state);
    return !StopSignals::Asked();
  });
  if (!options.quiet) {
    for (const std::string& note : report.notes) PrintErr("auif: note: {}\n", note);
  }
  if (!options.quiet && (!job.pairs.list.empty() || std::filesystem::is_directory(job.ir))) {
    Print("{} of {} pairs fused into {}{}\n", report.succeeded, report.total, job.out.string(),
          report.unpaired == 0
              ? ""
              : fmt::format("; {} no partner",
                            report.unpaired == 1 ? "1 image has"
                                                 : fmt::format("{} images have", report.unpaired)));
  }
  return Conclude(report);
}

}  // namespace

Action AddFuse(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  FuseJob& job = options->job;
  command.add_option("IR", job.ir, "Infrared image, or folder of them");
  command.add_option("VIS", job.vis,
                     "Visible image or folder; not needed if IR is a folder that holds both, or a "
                     "radiometric JPEG file that does");
  command.add_option("-o,--output", job.out, "Result: an image, or a folder for folders")
      ->required()
      ->type_name("OUT");
  command
      .add_option("--method", job.method, "How to fuse; 'auif info --methods' lists the methods")
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--method-option", options->settings, "An option of the method; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--model", options->model, "auif: model file (default: the built-in one)")
      ->type_name("FILE");
  command
      .add_option("--strategy", options->strategy,
                  "auif: how the sources' layers are merged: add, average or l1 (default: add)")
      ->type_name("NAME");
  command
      .add_option("--weights", options->weights,
                  "auif: weights of the layers: base ir, base vis, detail ir, detail vis "
                  "(default: 1,1,1,1)")
      ->type_name("A,B,C,D");
  command
      .add_option("--decompose", options->decompose,
                  "Also write the method's layers of both sources here (auif: B0 D0 BN DN)")
      ->type_name("DIR");
  command
      .add_option("--ext", job.extension,
                  "Format of a folder's results (default: .png, or .tif with --bits 32f)")
      ->type_name("EXT");
  command
      .add_option("--bits", options->bits,
                  "Bits of a value of the result: 8, 16, or 32f for floats (default: 8)")
      ->type_name("N")
      ->check(CLI::IsMember({"8", "16", "32f"}).description(""));
  AddThreads(command, job.threads);
  command.add_flag("-q,--quiet", options->quiet, "Print nothing but errors");
  command
      .add_option("--page", job.sources.ir.read.page,
                  "Which page of infrared TIFF files, or frame of raw samples (default: 1)")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""))
      ->group(kImages);
  command
      .add_option("--raw", options->raw,
                  "Infrared files are raw samples: WIDTHxHEIGHT[:FORMAT[:SKIP]], with the bytes to "
                  "skip; formats: y8, y10, y12, y14, y16 (default), their big-endian y16be and so "
                  "on, float32, rgb24")
      ->type_name("LAYOUT")
      ->group(kImages);
  command
      .add_flag("--rgbt", job.rgbt,
                "IR is an image of four channels, or a folder of them: colours and, as the "
                "fourth, infrared")
      ->group(kImages);
  AddRanges(command, options->ir_range, options->vis_range);
  command
      .add_option("--equalise", options->equalise,
                  "Spread infrared levels by their share of the pixels, as cameras do: plateau")
      ->type_name("HOW")
      ->check(CLI::IsMember({"plateau"}).description(""))
      ->group(kImages);
  command
      .add_option("--resize", options->resize,
                  "Scale the infrared (ir) or visible (vis) image to the other's size")
      ->type_name("WHICH")
      ->check(CLI::IsMember({"ir", "vis"}).description(""))
      ->group(kImages);
  AddIrPalette(command, job.sources.ir.palette);
  command
      .add_option("--palette", job.sources.colour.palette,
                  "Colour the result by the infrared image's levels: " + Joined(PaletteNames()))
      ->type_name("NAME")
      ->group(kColours);
  command
      .add_option("--luma", options->luma,
                  "Grey levels of colours: those of BT.601 or BT.709 (default: 601)")
      ->type_name("N")
      ->check(CLI::IsMember({"601", "709"}).description(""))
      ->group(kColours);
  command
      .add_option("--chroma", options->chroma,
                  "What of the colours stays as their luma changes: keep (Cb and Cr) or saturation "
                  "(default: keep)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"keep", "saturation"}).description(""))
      ->group(kColours);
  AddPairRules(command, job.pairs);
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli
