// Against the plain sum, on every SIMD target.
#include "kernels/conv_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/every_variant.h"

namespace auif {
namespace {

std::vector<float> Numbers(std::size_t count, std::uint32_t seed) {
  std::mt19937 bits(seed);
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(bits() % 65536) / 32768 - 1;
  return numbers;
}

TEST(ConvLayerTest, AgreesWithThePlainSum) {
  struct Case {
    int in, out, size, count;
    float slope;
    bool bias;
  };
  for (const Case& c : {Case{1, 16, 3, 70, 0, true}, Case{16, 1, 3, 7, 1, true},
                        Case{5, 11, 5, 49, 0.2f, false}, Case{3, 9, 7, 1, 0.01f, true},
                        Case{48, 16, 3, 33, 0, true}, Case{8, 8, 1, 100, 1, false}}) {
    SCOPED_TRACE(std::to_string(c.in) + " -> " + std::to_string(c.out));
    const int stride = c.count + c.size - 1 + kConvSlack;
    const auto taps = static_cast<std::size_t>(c.in * c.size * c.size);
    const std::vector<float> kernels = Numbers(c.out * taps, 1), bias = Numbers(c.out, 2),
                             in = Numbers(static_cast<std::size_t>(c.in) * c.size * stride, 3);
    const ConvLayer layer(c.in, c.out, c.size, kernels,
                          c.bias ? std::span<const float>(bias) : std::span<const float>(),
                          c.slope);
    ForEachTarget([&] {
      std::vector<float> out(static_cast<std::size_t>(c.out) * stride, -7);
      ConvolveRow(layer, {in.data(), static_cast<std::ptrdiff_t>(c.size) * stride, stride},
                  {out.data(), stride, 0}, c.count);
      for (int o = 0; o < c.out; ++o) {
        for (int x = 0; x < c.count; ++x) {
          double sum = c.bias ? double{bias[o]} : 0, size = std::abs(sum);
          for (std::size_t t = 0; t < taps; ++t) {
            const int area = c.size * c.size, i = static_cast<int>(t) / area,
                      row = static_cast<int>(t) % area / c.size,
                      column = static_cast<int>(t) % c.size;
            const double product = double{kernels[o * taps + t]} *
                                   double{in[(i * c.size + row) * stride + x + column]};
            sum += product;
            size += std::abs(product);
          }
          if (sum < 0) sum *= double{c.slope};
          // The sum's own rounding: each of its steps is off by 2^-24 of it at most.
          ASSERT_NEAR(out[o * stride + x], sum, 1e-6 * size) << o << " " << x;
        }
      }
    });
  }
}

// Where a row is cut does not change a bit.
TEST(ConvLayerTest, BitsDoNotDependOnTheCut) {
  constexpr int kIn = 6, kOut = 10, kCount = 120, kStride = kCount + 2 + kConvSlack;
  const ConvLayer layer(kIn, kOut, 3, Numbers(kIn * kOut * 9, 4), Numbers(kOut, 5), 0.2f);
  const std::vector<float> in = Numbers(kIn * 3 * kStride, 6);
  const auto run = [&](int first, int count) {
    std::vector<float> out(kOut * kStride);
    ConvolveRow(layer, {in.data() + first, 3 * kStride, kStride}, {out.data(), kStride, 0}, count);
    return out;
  };
  ForEachTarget([&] {
    const std::vector<float> whole = run(0, kCount);
    for (const int first : {1, 7, 50, 119}) {
      const std::vector<float> part = run(first, kCount - first);
      for (int o = 0; o < kOut; ++o) {
        for (int x = first; x < kCount; ++x) {
          ASSERT_EQ(part[o * kStride + x - first], whole[o * kStride + x]) << first;
        }
      }
    }
  });
}

}  // namespace
}  // namespace auif
