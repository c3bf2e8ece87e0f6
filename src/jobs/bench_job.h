// How fast this machine fuses, and how far that is from what its arithmetic allows.
#pragma once

#include <functional>

#include "auif/fuse.h"

namespace auif {

struct BenchJob {
  int width = 640, height = 512;
  int bits = 8;        // of the sources' and the result's pixels: 8, 16, or 32 for float
  int threads = 0;     // 0: as many as the machine has
  double seconds = 2;  // for the whole measurement, at least three pairs

  void Validate() const;  // throws Error (kUsage)
};

// Decoding and encoding are left out: this is Fuser::Fuse from planes to a plane.
struct BenchResult {
  int width = 0, height = 0, bits = 0, threads = 0;
  double ms_median = 0, ms_p95 = 0;  // a pair
  double pairs_per_s = 0;            // by the median
  double megapixels_per_s = 0;
  double gflops = 0;           // the collapsed network's multiply-adds, counted two
  double fma_peak_gflops = 0;  // on the same threads, measured in turn with the pairs
  double peak_ratio = 0;       // gflops / fma_peak_gflops
};

BenchResult RunBench(const Model& model, const BenchJob& job);

}  // namespace auif
