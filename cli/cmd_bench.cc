#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "auif/model_io.h"
#include "base/simd.h"
#include "cli/command.h"
#include "cli/console.h"
#include "jobs/bench_job.h"
#include "jobs/scene_job.h"

namespace auif::cli {
namespace {

constexpr const char* kFooter =
    "Measures fusing from memory to memory; decoding and encoding are left out. The FMA peak is\n"
    "what the machine's multiply-add units do out of registers, measured in turn with the pairs "
    "on\n"
    "the same threads; 'of peak' is the network's arithmetic over that.\n"
    "\n"
    "Examples:\n"
    "  auif bench\n"
    "  auif bench --size 1920x1080 --threads 4 --json\n"
    "  auif bench --size all";

struct Options {
  BenchJob job;
  std::string size, model;
  bool json = false;
};

std::vector<std::string> Sizes(const std::string& size) {
  if (size != "all") return {size.empty() ? "640x512" : size};
  return {"320x240", "640x512", "1280x720", "1920x1080", "3840x2160", "7680x4320"};
}

nlohmann::ordered_json ToJson(const BenchResult& r) {
  return {{"width", r.width},
          {"height", r.height},
          {"bits", r.bits},
          {"threads", r.threads},
          {"ms_median", r.ms_median},
          {"ms_p95", r.ms_p95},
          {"pairs_per_s", r.pairs_per_s},
          {"megapixels_per_s", r.megapixels_per_s},
          {"gflops", r.gflops},
          {"fma_peak_gflops", r.fma_peak_gflops},
          {"peak_ratio", r.peak_ratio}};
}

int Run(Options& options) {
  const Model model = options.model.empty() ? DefaultModel() : LoadModel(options.model);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  bool first = true;
  for (const std::string& size : Sizes(options.size)) {
    ParseSize(size, &options.job.width, &options.job.height);
    const BenchResult r = RunBench(model, options.job);
    if (options.json) {
      all.push_back(ToJson(r));
      continue;
    }
    if (first) {
      Print("{} threads, {}, {}\n{:>10} {:>10} {:>10} {:>9} {:>9} {:>9} {:>10} {:>8}\n", r.threads,
            SimdTarget(), r.bits == 32 ? "float" : fmt::format("{} bits", r.bits), "size", "ms",
            "ms p95", "pairs/s", "Mpixel/s", "GFLOP/s", "FMA peak", "of peak");
    }
    first = false;
    Print("{:>10} {:>10.2f} {:>10.2f} {:>9.1f} {:>9.1f} {:>9.1f} {:>10.1f} {:>7.0f}%\n",
          fmt::format("{}x{}", r.width, r.height), r.ms_median, r.ms_p95, r.pairs_per_s,
          r.megapixels_per_s, r.gflops, r.fma_peak_gflops, 100 * r.peak_ratio);
  }
  if (options.json) Print("{}\n", (all.size() == 1 ? all[0] : all).dump(2));
  return kAllDone;
}

}  // namespace

Action AddBench(CLI::App& command) {
  const auto options = std::make_shared<Options>();
  command
      .add_option("--size", options->size,
                  "Width and height, or 'all' for a table from 320x240 to 7680x4320 "
                  "(default: 640x512)")
      ->type_name("WxH");
  command
      .add_option("--bits", options->job.bits,
                  "Pixels of the sources and the result: 8, 16, or 32 for float (default: 8)")
      ->type_name("N");
  command.add_option("--model", options->model, "Model file (default: the built-in one)")
      ->type_name("FILE");
  command
      .add_option("--seconds", options->job.seconds,
                  fmt::format("Time for each size ({:g})", options->job.seconds))
      ->type_name("S");
  command.add_flag("--json", options->json, "Print JSON");
  AddThreads(command, options->job.threads);
  command.footer(kFooter);
  return [options] { return Run(*options); };
}

}  // namespace auif::cli
