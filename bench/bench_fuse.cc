// Fusing in memory, decoding and encoding left out: the whole of Fuser::Fuse for one pair, and the
// same by FuseStream.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "auif/fuse.h"
#include "auif/model_io.h"
#include "base/simd.h"
#include "tests/random_model.h"

namespace auif {
namespace {

void Run(benchmark::State& state, const Model& model) {
  const int width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
  FuseOptions options;
  options.threads = static_cast<int>(state.range(2));
  const Plane<float> ir = RandomPicture(width, height, 1), vis = RandomPicture(width, height, 2);
  Plane<float> fused(width, height);
  const Fuser fuser(model, options);
  for (auto _ : state) fuser.Fuse(ir, vis, fused.View());
  state.counters["megapixels/s"] =
      benchmark::Counter(1e-6 * width * height, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

// The same rows over and over, so that 30000 columns need no gigabytes.
void StreamDefault(benchmark::State& state) {
  const int width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
  FuseOptions options;
  options.threads = static_cast<int>(state.range(2));
  constexpr int kRows = 16;
  const Plane<float> ir = RandomPicture(width, kRows, 1), vis = RandomPicture(width, kRows, 2);
  std::vector<float> row(width);
  FuseStream stream(Fuser(DefaultModel(), options), width, height, [&](int, const float* fused) {
    std::copy(fused, fused + width, row.begin());
    benchmark::DoNotOptimize(row.data());
  });
  for (auto _ : state) {
    for (int y = 0; y < height; ++y) stream.Push(ir.Row(y % kRows), vis.Row(y % kRows));
  }
  state.counters["megapixels/s"] =
      benchmark::Counter(1e-6 * width * height, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

void FuseDefault(benchmark::State& state) { Run(state, DefaultModel()); }
void FusePaper(benchmark::State& state) { Run(state, RandomModel(ModelConfig::Paper(), 1)); }
void FuseRelease(benchmark::State& state) { Run(state, RandomModel(ModelConfig::Release(), 1)); }

void Sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"width", "height", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (int threads : {1, 2}) b->Args({640, 512, threads});
}

BENCHMARK(FuseDefault)->Apply(Sizes)->Args({1920, 1080, 2})->Args({3840, 2160, 2});
BENCHMARK(StreamDefault)
    ->Apply(Sizes)
    ->Args({1920, 1080, 2})
    ->Args({3840, 2160, 2})
    ->Args({30000, 1000, 2});
BENCHMARK(FusePaper)->Apply(Sizes);
BENCHMARK(FuseRelease)->Apply(Sizes);

}  // namespace
}  // namespace auif

BENCHMARK_MAIN();
