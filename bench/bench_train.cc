// A training step as the paper has it: 32 images of 128x128, forward and backward, ten layers of
// 64 channels per encoder. `Step` is losses and gradients; `Epoch` is Train() on 64 images, with
// crops and Adam, by step. `PairTerm` is the loss of one crop beside its two sources, in all and by
// term: sources, forward and backward on one thread.
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
#include "train/pair/pair_loss.h"

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

// A term by its weight; none means all terms.
void PairTerm(benchmark::State& state, double PairLossWeights::*term) {
  PairLossWeights weights{.en = 1, .dark = 1};
  if (term != nullptr) {
    weights = {.vif = 0, .qabf = 0, .ssim = 0, .sd = 0, .sf = 0, .scd = 0, .mi = 0, .en = 0};
    weights.*term = 1;
  }
  // No hinge is closed.
  weights.sd_target = weights.sf_target = weights.scd_target = weights.mi_target = 9;
  weights.en_target = 9;
  const Plane<float> ir = RandomImage(kCrop, kCrop, 1), vis = RandomImage(kCrop, kCrop, 2);
  Plane<float> fused(kCrop, kCrop), gradient(kCrop, kCrop);
  for (int y = 0; y < kCrop; ++y) {
    for (int x = 0; x < kCrop; ++x) {
      fused.Row(y)[x] = 0.6f * ir.Row(y)[x] + 0.4f * vis.Row(y)[x];
    }
  }
  PairLoss<float> loss({kCrop, kCrop}, weights);
  for (auto _ : state) {
    loss.SetSources(ir, vis);
    benchmark::DoNotOptimize(loss.Forward(fused).total);
    loss.Backward(1, gradient.View());
  }
}
BENCHMARK_CAPTURE(PairTerm, all, nullptr)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, vif, &PairLossWeights::vif)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, qabf, &PairLossWeights::qabf)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, ssim, &PairLossWeights::ssim)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, sd, &PairLossWeights::sd)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, sf, &PairLossWeights::sf)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, scd, &PairLossWeights::scd)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, mi, &PairLossWeights::mi)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, en, &PairLossWeights::en)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PairTerm, dark, &PairLossWeights::dark)->Unit(benchmark::kMillisecond);

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
