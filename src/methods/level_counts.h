// How often levels occur in an image: what methods that look at whole images need to know of them.
#pragma once

#include <array>
#include <cstdint>

#include "auif/plane.h"
#include "auif/sample_view.h"

namespace auif {

// Counts levels in [0, 1] in steps of 1/1020, a quarter of those of 8 bits, which so fall onto
// steps. Integer sums: the same for any order of rows, and for an image's samples and their levels
// as floats.
class LevelCounts {
 public:
  static constexpr int kSteps = 1020;

  // The nearest step of a level; those outside [0, 1] are clamped, NaN is 0.
  static int Step(float level) {
    const float clamped = level > 0 ? (level < 1 ? level : 1.0f) : 0.0f;  // NaN > 0 is false
    return static_cast<int>(clamped * kSteps + 0.5f);
  }

  void Add(const SourceView& rows);
  void Clear() { *this = {}; }
  std::uint64_t total() const { return total_; }
  // Mean of f(level) over the pixels that were added; 0 where there are none.
  template <typename F>
  double Mean(F&& f) const {
    double sum = 0;
    for (int i = 0; i <= kSteps; ++i) {
      if (counts_[i] > 0) sum += static_cast<double>(counts_[i]) * f(i / double{kSteps});
    }
    return total_ > 0 ? sum / static_cast<double>(total_) : 0;
  }
  double Mean() const {
    std::uint64_t sum = 0;
    for (int i = 0; i <= kSteps; ++i) sum += std::uint64_t{counts_[i]} * static_cast<unsigned>(i);
    return total_ > 0 ? static_cast<double>(sum) / (kSteps * static_cast<double>(total_)) : 0;
  }

 private:
  std::array<std::uint32_t, kSteps + 1> counts_{};
  std::uint64_t total_ = 0;
};

// LevelCounts::Mean() of an image, in a fraction of the time.
double MeanLevel(const SourceView& image);

}  // namespace auif
