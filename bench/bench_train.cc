// A training step as the paper has it: 32 images of 128x128, forward and backward, ten layers of
// 64 channels per encoder. `Step` is losses and gradients; `Epoch` is Train() on 64 images, with
// crops and Adam, by step.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "auif/train.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "kernels/fma_peak.h"
#include "tests/random_model.h"
#include "train/network.h"

namespace auif {
namespace {

constexpr int kBatch = 32, kCrop = 128, kLayers = 10;

// Multiply-adds of the convolutions, counted two: 25 per pixel forward, 25 for the kernel's
// gradient and 25 for the input's, which the first layer does not need; the decoder has 9.
double StepFlops() {
  const double layers = 2 * (75.0 * kLayers - 25) + 3 * 9;
  return 2 * layers * kBatch * kCrop * kCrop;
}

double PeakFlops(int threads) {
  std::vector<double> peaks(threads);
  ParallelFor(threads, threads, [&](int i) { peaks[i] = MeasureFmaPeak(0.05); });
  double sum = 0;
  for (const double peak : peaks) sum += 1e9 * peak;
  return sum;
}

// What a step reads and writes of maps, counted, not measured: 12 maps per image, encoder and layer
// in both directions (x, z, I, the gradient and dz, each read or written at least twice).
double StepBytes() { return 12.0 * sizeof(float) * kCrop * kCrop * 2 * kLayers * kBatch; }

// Bytes read and written a second by copying blocks that fit in no cache, on all threads.
double CopyBandwidth(int threads) {
  constexpr std::size_t kBlock = std::size_t{64} << 20;
  std::vector<std::vector<char>> from(threads, std::vector<char>(kBlock, 1)), to = from;
  const auto copy = [&](int i) { std::copy(from[i].begin(), from[i].end(), to[i].begin()); };
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    ParallelFor(threads, threads, copy);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, 2.0 * kBlock * threads / time.count());
  }
  return best;
}

void Step(benchmark::State& state, const ModelConfig& config) {
  const int threads = static_cast<int>(state.range(0));
  const Model model = RandomModel(config, 1);
  TrainingNetwork network(config, kBatch, kCrop, kCrop, threads);
  for (int i = 0; i < kBatch; ++i) {
    const Plane<float> image = RandomImage(kCrop, kCrop, i);
    for (int y = 0; y < kCrop; ++y) std::copy_n(image.Row(y), kCrop, network.Image(i).Row(y));
  }
  const double before = PeakFlops(threads);
  for (auto _ : state) benchmark::DoNotOptimize(network.Step(model, kBatch, {}).losses.total);
  const double peak = (before + PeakFlops(threads)) / 2;
  using benchmark::Counter;
  state.counters["flop/s"] = Counter(StepFlops(), Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = Counter(StepFlops() / peak, Counter::kIsIterationInvariantRate);
  const double bandwidth = CopyBandwidth(threads);
  state.counters["copy_bytes/s"] = bandwidth;
  state.counters["of_copy"] = Counter(StepBytes() / bandwidth, Counter::kIsIterationInvariantRate);
  state.SetLabel(SimdTarget());
}

void Epoch(benchmark::State& state, TrainOptions options) {
  options.epochs = 1;
  options.threads = static_cast<int>(state.range(0));
  std::vector<Image> images;
  for (int i = 0; i < 2 * kBatch; ++i) {
    images.push_back(Image(RandomImage(500, 330, i)).As(SampleType::kUint8));
  }
  for (auto _ : state) benchmark::DoNotOptimize(Train(images, options).state.step);
}

void StepPaper(benchmark::State& state) { Step(state, ModelConfig::Paper()); }
void StepRelease(benchmark::State& state) { Step(state, ModelConfig::Release()); }
void EpochPaper(benchmark::State& state) { Epoch(state, TrainOptions::Paper()); }
void EpochRelease(benchmark::State& state) { Epoch(state, TrainOptions::Release()); }

void Threads(benchmark::internal::Benchmark* b) {
  b->ArgNames({"threads"})->Unit(benchmark::kMillisecond)->UseRealTime()->Arg(1)->Arg(2);
}

BENCHMARK(StepPaper)->Apply(Threads);
BENCHMARK(StepRelease)->Apply(Threads);
BENCHMARK(EpochPaper)->Apply(Threads);
BENCHMARK(EpochRelease)->Apply(Threads);

}  // namespace
}  // namespace auif

BENCHMARK_MAIN();
