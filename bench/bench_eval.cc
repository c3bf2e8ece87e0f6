// Scoring files, decoding included: the six metrics of the paper on its 132 test pairs, fused with
// the built-in model. Needs the images: AUIF_SHARED, see tests/shared_data.h.
#include <benchmark/benchmark.h>

#include <string>

#include "jobs/evaluate_job.h"
#include "jobs/fuse_job.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

constexpr const char* kSets[] = {"flir-test", "tno", "nir-country"};

// The fused images of all sets, made once.
const TemporaryFolder& Fused() {
  static const TemporaryFolder folder;
  static const bool made = [] {
    for (const char* set : kSets) {
      FuseJob job;
      job.ir = SharedDir() / "data" / set / "ir";
      job.vis = SharedDir() / "data" / set / "vis";
      job.out = folder / set;
      RunFuseJob(job);
    }
    return true;
  }();
  static_cast<void>(made);
  return folder;
}

// One after the other, as a user would; returns the number of images.
int ScoreSets(const std::string& convention, int threads) {
  int images = 0;
  for (const char* set : kSets) {
    EvaluateJob job;
    job.ir = SharedDir() / "data" / set / "ir";
    job.vis = SharedDir() / "data" / set / "vis";
    job.methods = {{"auif", Fused() / set}};
    job.convention = convention;
    job.threads = threads;
    images += RunEvaluateJob(job).report.succeeded;
  }
  return images;
}

void Score(benchmark::State& state, const std::string& convention) {
  if (!std::filesystem::exists(SharedDir() / "data/tno")) {
    state.SkipWithError("set AUIF_SHARED to the folder with data/tno");
    return;
  }
  Fused();
  int images = 0;
  for (auto _ : state) images = ScoreSets(convention, static_cast<int>(state.range(0)));
  state.counters["images"] = images;
}

void Options(benchmark::internal::Benchmark* b) {
  b->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kSecond)->UseRealTime();
}

BENCHMARK_CAPTURE(Score, auif_paper, "auif-paper")->Apply(Options);
BENCHMARK_CAPTURE(Score, cddfuse, "cddfuse")->Apply(Options);
BENCHMARK_CAPTURE(Score, tang, "tang")->Apply(Options);
BENCHMARK_CAPTURE(Score, vifb, "vifb")->Apply(Options);
BENCHMARK_CAPTURE(Score, standard, "standard")->Apply(Options);

}  // namespace
}  // namespace auif

BENCHMARK_MAIN();
