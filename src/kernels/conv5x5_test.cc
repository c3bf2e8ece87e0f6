// Against the plain reference, on every SIMD target.
#include "kernels/conv5x5.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "kernels/reference_maps.h"
#include "tests/every_variant.h"

namespace auif {
namespace {

// Sums of 25 to a few thousand products of order one, rounded to float: measured at most 6e-7.
constexpr double kConvolutionTolerance = 2e-6;

TEST(Conv5x5Test, AgreesWithReferenceForEverySize) {
  std::mt19937 bits(1);
  for (int i = 6; i <= 52; ++i) {
    const int other = 6 + (i * 29) % 41;
    for (const auto& [width, height] : {std::pair{i, other}, std::pair{other, i}}) {
      for (const bool has_edges : {false, true}) {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        EdgeKernels kernels;
        for (auto& row : kernels) {
          for (Kernel5x5& kernel : row) {
            for (double& tap : kernel) tap = (bits() % 65536) / 32768.0 - 1;
          }
        }
        const reference::Map x = RandomMap(width, height, bits),
                             dz = RandomMap(width, height, bits);
        reference::Map dx(width, height);
        EdgeKernels dkernels{};
        reference::ConvolveBackward(kernels, has_edges, x, dz, &dx, &dkernels);
        const reference::Map z = reference::Convolve(kernels, has_edges, x);
        ForEachTarget([&, width = width, height = height] {
          PaddedPlane in = ToPadded(x), out(width, height);
          in.ReflectBorder();
          Convolve({ForwardTaps(kernels, has_edges), width}, in, nullptr, 0, &out);
          EXPECT_LT(RelativeError(out, z), kConvolutionTolerance);
          const PaddedPlane d = ToPadded(dz);
          Convolve({BackwardTaps(kernels, has_edges), width}, d, nullptr, 0, &out);
          EXPECT_LT(RelativeError(out, dx), kConvolutionTolerance);
          EdgeKernels sums{};
          if (has_edges) {
            sums = EdgeKernelSums(d, in);
          } else {
            sums[1][1] = KernelSums(d, in);
          }
          // Relative to the number of products, whose sum may cancel.
          for (int e = 0; e < 9; ++e) {
            for (int t = 0; t < 25; ++t) {
              EXPECT_NEAR(sums[e / 3][e % 3][t], dkernels[e / 3][e % 3][t], 1e-7 * width * height);
            }
          }
        });
      }
    }
  }
}

TEST(Conv5x5Test, AddsAScaledMapInPlace) {
  std::mt19937 bits(2);
  EdgeKernels kernels{};
  kernels[1][1][7] = 0.5;
  const reference::Map x = RandomMap(21, 11, bits), extra = RandomMap(21, 11, bits);
  PaddedPlane in = ToPadded(x), out = ToPadded(extra);
  in.ReflectBorder();
  Convolve({ForwardTaps(kernels, false), 21}, in, &out, 0.25f, &out);
  for (int y = 1; y < 11; ++y) {
    for (int c = 0; c < 21; ++c) {
      EXPECT_EQ(out.Row(y)[c], static_cast<float>(0.5 * x.Row(y - 1)[c] + 0.25 * extra.Row(y)[c]));
    }
  }
}

}  // namespace
}  // namespace auif
