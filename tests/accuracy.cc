// Prints how far each SIMD target is from the network as written, in double: a table for
// docs/performance.md. Built with the tests; the cross build has it for NEON.
#include <cstdio>

#include "auif/fuse.h"
#include "base/simd.h"
#include "tests/every_variant.h"
#include "tests/random_model.h"

namespace auif {
namespace {

void PrintTable() {
  const std::vector<std::string> targets = SimdTargets();
  std::printf("| form |");
  for (const std::string& target : targets) std::printf(" %s |", target.c_str());
  std::printf("\n| --- |");
  for (std::size_t i = 0; i < targets.size(); ++i) std::printf(" ---: |");
  std::printf("\n");
  constexpr int kWidth = kEmulated ? 70 : 197, kHeight = kEmulated ? 50 : 149;
  for (const ModelConfig& config : AllForms(10, 64)) {
    const Model model = RandomModel(config, 1);
    const Plane<float> ir = RandomPicture(kWidth, kHeight, 1);
    const Plane<float> vis = RandomPicture(kWidth, kHeight, 2);
    const Plane<double> reference = FuseReference(model, {}, ir, vis);
    std::printf("| %s |", config.FormName().c_str());
    for (const std::string& target : targets) {
      ForceSimdTarget(target);
      std::printf(" %.1e |", RelativeError(Fuser(model).Fuse(ir, vis), reference));
    }
    std::printf("\n");
  }
  ForceSimdTarget("");
}

}  // namespace
}  // namespace auif

int main() { auif::PrintTable(); }
