// Everything that a test of the network runs through: forms and SIMD targets.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "auif/model.h"
#include "auif/plane.h"
#include "base/simd.h"

namespace auif {

// Emulation (./ci.sh cross) is some 80 times as slow, sanitizers (./ci.sh clang) ten: the largest
// tests run fewer cases there.
#ifdef AUIF_SLOW
inline constexpr bool kSlow = true;
#else
inline constexpr bool kSlow = false;
#endif

// Runs f once with each SIMD target that the machine has.
template <typename F>
void ForEachTarget(const F& f) {
  for (const std::string& target : SimdTargets()) {
    ASSERT_TRUE(ForceSimdTarget(target));
    SCOPED_TRACE(target);
    f();
  }
  ForceSimdTarget("");
}

// The largest difference of two planes, over the reference's largest magnitude.
template <class Fast>
double RelativeError(const Fast& fast, const Plane<double>& reference) {
  double error = 0, largest = 0;
  for (int y = 0; y < reference.height(); ++y) {
    for (int x = 0; x < reference.width(); ++x) {
      error = std::max(error, std::abs(fast.Row(y)[x] - reference.Row(y)[x]));
      largest = std::max(largest, std::abs(reference.Row(y)[x]));
    }
  }
  return error / largest;
}

// The eight combinations of the three choices.
inline std::vector<ModelConfig> AllForms(int layers, int channels) {
  std::vector<ModelConfig> forms;
  for (Kernels k : {Kernels::kAdjoint, Kernels::kIndependent}) {
    for (Padding p : {Padding::kInput, Padding::kFeature}) {
      for (Activation a : {Activation::kGradient, Activation::kOutput}) {
        forms.push_back({k, p, a, layers, channels});
      }
    }
  }
  return forms;
}

}  // namespace auif
