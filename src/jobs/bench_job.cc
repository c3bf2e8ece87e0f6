#include "jobs/bench_job.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "base/parallel.h"
#include "image/convert.h"
#include "kernels/fma_peak.h"
#include "network/cost.h"

namespace auif {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The value below which `part` of the sorted values lie.
double Quantile(const std::vector<double>& sorted, double part) {
  const double at = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// `image` in pixels of type T.
template <Sample T>
Plane<T> Convert(const Plane<float>& image) {
  Plane<T> converted(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if constexpr (std::same_as<T, float>) {
        converted.Row(y)[x] = image.Row(y)[x];
      } else {
        converted.Row(y)[x] = FromUnit<T>(image.Row(y)[x]);
      }
    }
  }
  return converted;
}

// A pattern with steps, slopes and noise; fusing takes the same time whatever the image shows.
Plane<float> TestImage(int width, int height, unsigned seed) {
  Plane<float> image(width, height);
  unsigned state = seed;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      state = state * 1664525u + 1013904223u;
      const float noise = ToUnit(static_cast<std::uint8_t>(state >> 24));
      const float step = static_cast<float>(((x >> 5) ^ (y >> 5)) & 1);
      image.Row(y)[x] = 0.3f * noise + 0.4f * step + 0.3f * static_cast<float>(x) / width;
    }
  }
  return image;
}

// The sum over all threads, which run at the same time.
double PeakOfThreads(int threads, double seconds) {
  std::vector<double> peaks(threads);
  ParallelFor(threads, threads, [&](int i) { peaks[i] = MeasureFmaPeak(seconds); });
  return std::accumulate(peaks.begin(), peaks.end(), 0.0);
}

// Seconds of each pair, and peaks in GFLOP/s: in turn, so that both see the same machine.
template <Sample T>
void Measure(const Fuser& fuser, const BenchJob& job, int threads, std::vector<double>* pairs,
             std::vector<double>* peaks) {
  const Plane<T> ir = Convert<T>(TestImage(job.width, job.height, 1));
  const Plane<T> vis = Convert<T>(TestImage(job.width, job.height, 2));
  Plane<T> fused(job.width, job.height);
  fuser.Fuse(ir, vis, fused.View());  // touches all memory once
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    peaks->push_back(PeakOfThreads(threads, 0.02));
    const auto start = Clock::now();
    do {
      const auto begin = Clock::now();
      fuser.Fuse(ir, vis, fused.View());
      pairs->push_back(SecondsSince(begin));
    } while (SecondsSince(start) < job.seconds / kRounds);
  }
}

}  // namespace

void BenchJob::Validate() const {
  const auto check = [](const char* name, double value, double least) {
    if (value >= least) return;
    throw Error(ErrorKind::kUsage, std::string(name) + " is too small", {},
                "at least " + std::to_string(static_cast<int>(least)));
  };
  check("the width", width, kMinSize);
  check("the height", height, kMinSize);
  check("the number of threads", threads, 0);
  check("the number of seconds", seconds, 0);
  if (bits != 8 && bits != 16 && bits != 32) {
    throw Error(ErrorKind::kUsage, "pixels have " + std::to_string(bits) + " bits", {},
                "8, 16, or 32 for float");
  }
}

BenchResult RunBench(const Model& model, const BenchJob& job) {
  job.Validate();
  BenchResult result{.width = job.width, .height = job.height, .bits = job.bits};
  result.threads = ThreadCount(job.threads);
  FuseOptions options;
  options.threads = result.threads;
  const Fuser fuser(model, options);
  std::vector<double> pairs, peaks;
  if (job.bits == 8) {
    Measure<std::uint8_t>(fuser, job, result.threads, &pairs, &peaks);
  } else if (job.bits == 16) {
    Measure<std::uint16_t>(fuser, job, result.threads, &pairs, &peaks);
  } else {
    Measure<float>(fuser, job, result.threads, &pairs, &peaks);
  }
  std::sort(pairs.begin(), pairs.end());
  std::sort(peaks.begin(), peaks.end());

  const double seconds = Quantile(pairs, 0.5);
  const double pixels = static_cast<double>(job.width) * job.height;
  result.ms_median = 1e3 * seconds;
  result.ms_p95 = 1e3 * Quantile(pairs, 0.95);
  result.pairs_per_s = 1 / seconds;
  result.megapixels_per_s = 1e-6 * pixels / seconds;
  const auto flops = 2.0 * static_cast<double>(MultiplyAddsPerPixel(model.config).collapsed);
  result.gflops = 1e-9 * flops * pixels / seconds;
  result.fma_peak_gflops = Quantile(peaks, 0.5);
  result.peak_ratio = result.gflops / result.fma_peak_gflops;
  return result;
}

}  // namespace auif
