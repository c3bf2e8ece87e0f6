// auif in the comparison; compare.py says what a worker takes and prints:
// compare_auif MODEL THREADS SECONDS (IR VIS OUT)...
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <vector>

#include "auif/fuse.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "auif/version.h"
#include "base/simd.h"

namespace auif {
namespace {

constexpr std::size_t kMostRuns = 2000;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Run(int argc, char** argv) {
  FuseOptions options;
  options.threads = std::atoi(argv[2]);
  const double seconds = std::atof(argv[3]);
  const Fuser fuser(LoadModel(argv[1]), options);
  std::vector<double> ms;
  for (int i = 4; i + 2 < argc; i += 3) {
    const Plane<float> ir = ReadImage(argv[i]).Grey(), vis = ReadImage(argv[i + 1]).Grey();
    Plane<float> fused(ir.size());
    fuser.Fuse(ir, vis, fused.View());
    WriteImage(argv[i + 2], fused);
    if (i > 4 || seconds == 0) continue;
    const double end = Now() + seconds;
    while (ms.size() < 3 || (Now() < end && ms.size() < kMostRuns)) {
      const double start = Now();
      fuser.Fuse(ir, vis, fused.View());
      ms.push_back(1e3 * (Now() - start));
    }
  }
  fmt::print("{{\"version\": \"auif {}, {}\", \"ms\": {}}}\n", Version(), SimdTarget(), ms);
}

}  // namespace
}  // namespace auif

int main(int argc, char** argv) {
  try {
    auif::Run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
