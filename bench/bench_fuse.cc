// Fusing in memory, decoding and encoding left out: the whole of Fuser::Fuse for one pair, the same
// by FuseStream, and the layer kernel alone.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "auif/fuse.h"
#include "auif/joint.h"
#include "auif/model_io.h"
#include "base/simd.h"
#include "engine/source_stream.h"
#include "kernels/fma_peak.h"
#include "kernels/layer_step.h"
#include "tests/random_model.h"

namespace auif {
namespace {

void Run(benchmark::State& state, const Model& model) {
  const int width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
  FuseOptions options;
  options.threads = static_cast<int>(state.range(2));
  const Plane<float> ir = RandomImage(width, height, 1), vis = RandomImage(width, height, 2);
  Plane<float> fused(width, height);
  const Fuser fuser(model, options);
  for (auto _ : state) fuser.Fuse(ir, vis, fused.View());
  state.counters["megapixels/s"] =
      benchmark::Counter(1e-6 * width * height, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

// Joint unrolling: random weights in both encoders, which cost what trained ones do.
void FuseJoint(benchmark::State& state) {
  const int width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
  JointModel model = EmptyJointModel(10, 64);
  Model encoders = RandomModel(model.LayerConfig(), 1);
  model.base = std::move(encoders.base);
  model.detail = std::move(encoders.detail);
  const Plane<float> ir = RandomImage(width, height, 1), vis = RandomImage(width, height, 2);
  Plane<float> fused(width, height);
  const JointFuser fuser(model, {static_cast<int>(state.range(2))});
  for (auto _ : state) fuser.Fuse(ir, vis, fused.View());
  state.counters["megapixels/s"] =
      benchmark::Counter(1e-6 * width * height, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

// The same rows over and over, some a Push, so that 30000 columns need no gigabytes.
void StreamDefault(benchmark::State& state) {
  const int width = static_cast<int>(state.range(0)), height = static_cast<int>(state.range(1));
  FuseOptions options;
  options.threads = static_cast<int>(state.range(2));
  const int rows = static_cast<int>(state.range(3));  // a Push
  const Plane<float> ir = RandomImage(width, rows, 1), vis = RandomImage(width, rows, 2);
  FuseStream stream(Fuser(DefaultModel(), options), width, height,
                    [](int, PlaneView<const float> rows) { benchmark::DoNotOptimize(rows.data); });
  for (auto _ : state) {
    for (int y = 0; y < height; y += rows) {
      const int count = std::min(rows, height - y);
      stream.Push(SourceView(ir).Rows(0, count), SourceView(vis).Rows(0, count));
    }
  }
  state.counters["megapixels/s"] =
      benchmark::Counter(1e-6 * width * height, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

// One layer's kernel on the rows of one chunk, which stay in L2: what is left of the FMA peak where
// nothing waits for memory.
void LayerKernel(benchmark::State& state, const ModelConfig& config) {
  constexpr int kWidth = 640;
  const Model model = RandomModel(config, 1);
  const RowLayout layout(kWidth);
  const LayerStep step = MakeLayerStep(model.config, model.base.layers[0]);
  const int margin = 2 * layout.lanes();
  RowBuffer<float> in(kChunkRows + 4, layout.size(), margin);
  RowBuffer<float> source(kChunkRows, layout.size(), 0), out(kChunkRows, layout.size(), margin);
  std::vector<const float*> in_rows, source_rows;
  std::vector<float*> out_rows;
  for (int y = 0; y < kChunkRows + 4; ++y) {
    std::fill_n(in[y] - margin, layout.size() + 2 * margin, 0.5f);
    in_rows.push_back(in[y]);
  }
  for (int y = 0; y < kChunkRows; ++y) {
    source_rows.push_back(source[y]);
    out_rows.push_back(out[y]);
  }
  for (auto _ : state) {
    RunLayerStep(step, {&layout, true, true}, kChunkRows, in_rows.data(), source_rows.data(),
                 out_rows.data());
  }
  const double flops = 2.0 * 26 * kWidth * kChunkRows;
  state.counters["gflops"] =
      benchmark::Counter(1e-9 * flops, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["fma_peak_gflops"] = MeasureFmaPeak(0.2);
  state.SetLabel(SimdTarget());
}
void LayerKernelPaper(benchmark::State& state) { LayerKernel(state, ModelConfig::Paper()); }
void LayerKernelRelease(benchmark::State& state) { LayerKernel(state, ModelConfig::Release()); }

void FuseDefault(benchmark::State& state) { Run(state, DefaultModel()); }
void FusePaper(benchmark::State& state) { Run(state, RandomModel(ModelConfig::Paper(), 1)); }
void FuseRelease(benchmark::State& state) { Run(state, RandomModel(ModelConfig::Release(), 1)); }

void Sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"width", "height", "threads"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (int threads : {1, 2}) b->Args({640, 512, threads});
}

BENCHMARK(FuseDefault)->Apply(Sizes)->Args({1920, 1080, 2})->Args({3840, 2160, 2});
BENCHMARK(FuseJoint)->Apply(Sizes)->Args({1920, 1080, 2})->Args({3840, 2160, 2});
BENCHMARK(StreamDefault)
    ->ArgNames({"width", "height", "threads", "rows"})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Args({640, 512, 1, 1})
    ->Args({640, 512, 2, 1})
    ->Args({640, 512, 1, 32})
    ->Args({640, 512, 2, 32})
    ->Args({1920, 1080, 2, 32})
    ->Args({3840, 2160, 2, 32})
    ->Args({30000, 1000, 2, 128});
BENCHMARK(LayerKernelPaper);
BENCHMARK(LayerKernelRelease);
BENCHMARK(FusePaper)->Apply(Sizes);
BENCHMARK(FuseRelease)->Apply(Sizes);

}  // namespace
}  // namespace auif

BENCHMARK_MAIN();
