// Scoring files, decoding included: the six metrics of the paper on its 132 test pairs, fused with
// the built-in model. Needs the pictures: AUIF_SHARED, see tests/shared_data.h.
#include <benchmark/benchmark.h>

#include <string>

#include "pipeline/evaluate_job.h"
#include "pipeline/fuse_job.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

constexpr const char* kSets[] = {"flir-test", "tno", "nir-country"};

// The fused pictures of all sets, made once.
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

// One after the other, as a user would; returns the number of pictures.
int ScoreSets(const std::string& convention, int threads) {
  int pictures = 0;
  for (const char* set : kSets) {
    EvaluateJob job;
    job.ir = SharedDir() / "data" / set / "ir";
    job.vis = SharedDir() / "data" / set / "vis";
    job.methods = {{"auif", Fused() / set}};
    job.convention = convention;
    job.threads = threads;
    pictures += RunEvaluateJob(job).report.succeeded;
  }
  return pictures;
}

void Score(benchmark::State& state, const std::string& convention) {
  if (!std::filesystem::exists(SharedDir() / "data/tno")) {
    state.SkipWithError("set AUIF_SHARED to the folder with data/tno");
    return;
  }
  Fused();
  int pictures = 0;
  for (auto _ : state) pictures = ScoreSets(convention, static_cast<int>(state.range(0)));
  state.counters["pictures"] = pictures;
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
