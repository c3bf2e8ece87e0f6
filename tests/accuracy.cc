// Prints how far each SIMD target is from the network as written, in double, and a fingerprint of
// the results' bits: the table of docs/performance.md. Built with the tests; the cross build has it
// for NEON.
#include <bit>
#include <cstdint>
#include <cstdio>

#include "auif/fuse.h"
#include "base/simd.h"
#include "network/reference.h"
#include "tests/every_variant.h"
#include "tests/random_model.h"

namespace auif {
namespace {

class Table {
 public:
  Table() {
    std::printf("| form |");
    for (const std::string& target : targets_) std::printf(" %s |", target.c_str());
    std::printf("\n| --- |");
    for (std::size_t i = 0; i < targets_.size(); ++i) std::printf(" ---: |");
    std::printf("\n");
  }

  // To the row that is printed next: the largest error of a model of this form.
  void Measure(const ModelConfig& config, int width, int height) {
    const Model model = RandomModel(config, 1);
    const Plane<float> ir = RandomImage(width, height, 1);
    const Plane<float> vis = RandomImage(width, height, 2);
    const Plane<double> reference = FuseReference(model, {}, ir, vis);
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      ForceSimdTarget(targets_[i]);
      const Plane<float> fused = Fuser(model).Fuse(ir, vis);
      errors_[i] = std::max(errors_[i], RelativeError(fused, reference));
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          bits_[i] = (bits_[i] ^ std::bit_cast<std::uint32_t>(fused.Row(y)[x])) * kFnvPrime;
        }
      }
    }
    ForceSimdTarget("");
  }
  void PrintRow(const char* name) {
    std::printf("| %s |", name);
    for (double& error : errors_) {
      std::printf(" %.1e |", error);
      error = 0;
    }
    std::printf("\n");
  }
  // FNV-1a over all results so far.
  void PrintBits() const {
    std::printf("| bits |");
    for (const std::uint64_t bits : bits_) std::printf(" %08x |", static_cast<unsigned>(bits));
    std::printf("\n");
  }

 private:
  static constexpr std::uint64_t kFnvBasis = 14695981039346656037u, kFnvPrime = 1099511628211u;
  const std::vector<std::string> targets_ = SimdTargets();
  std::vector<double> errors_ = std::vector<double>(targets_.size(), 0.0);
  std::vector<std::uint64_t> bits_ = std::vector<std::uint64_t>(targets_.size(), kFnvBasis);
};

void PrintTable() {
  Table table;
  for (const ModelConfig& config : AllForms(10, 64)) {
    table.Measure(config, 97, 99);
    table.PrintRow(config.FormName().c_str());
  }
  for (int layers = 1; layers <= 15; ++layers) {
    for (const ModelConfig& config : AllForms(layers, 64)) table.Measure(config, 37, 29);
  }
  table.PrintRow("the largest, N = 1 to 15");
  table.PrintBits();
}

}  // namespace
}  // namespace auif

int main() { auif::PrintTable(); }
