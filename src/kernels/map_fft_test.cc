// Against the sums that define the transforms, on every SIMD target.
#include "kernels/map_fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <random>
#include <vector>

#include "auif/plane.h"
#include "tests/every_variant.h"

namespace auif {
namespace {

using Complex = std::complex<double>;

Complex At(const float* elements, int n, int lane) {
  const float* element = elements + std::ptrdiff_t{kFftElement} * n;
  return {double{element[lane]}, double{element[lane + kFftLanes]}};
}

// In `lane` alone.
std::vector<Complex> PlainTransform(const float* elements, int size, int lane, int sign) {
  std::vector<Complex> result(static_cast<std::size_t>(size));
  for (int k = 0; k < size; ++k) {
    for (int n = 0; n < size; ++n) {
      const int turns = static_cast<int>(static_cast<std::int64_t>(k) * n % size);
      result[k] +=
          At(elements, n, lane) * std::polar(1.0, sign * 2 * std::numbers::pi * turns / size);
    }
  }
  return result;
}

// Every way to a length: radices 2, 3, 4, 5, 8 and any prime, their products, and lengths with a
// prime factor that is too large for a stage.
TEST(MapFftTest, AgreesWithTheSums) {
  std::vector<int> sizes;
  for (int size = 1; size <= 40; ++size) sizes.push_back(size);
  for (const int size : {64, 77, 199, 211, 243, 263, 422, 512, 620}) sizes.push_back(size);
  for (const int size : sizes) {
    if (kSlow && size > 40 && size != 263) continue;
    SCOPED_TRACE(size);
    const MapFft fft(size);
    ASSERT_GE(fft.space(), static_cast<std::size_t>(kFftElement) * size);
    Plane<float> in(kFftElement * size, 1);
    std::mt19937 bits(static_cast<std::uint32_t>(size));
    for (int i = 0; i < kFftElement * size; ++i) {
      in.Row(0)[i] = static_cast<float>(bits() % 65536) / 32768 - 1;
    }
    for (const bool inverse : {false, true}) {
      // Lanes that stand at the ends of the vectors of some target.
      for (const int lane : {0, 3, 4, 7, 8, 15}) {
        const std::vector<Complex> plain = PlainTransform(in.Row(0), size, lane, inverse ? 1 : -1);
        ForEachTarget([&] {
          Plane<float> a(static_cast<int>(fft.space()), 1), b = a, gaps(3 * kFftElement * size, 1);
          Plane<float> out = in;
          const auto run = [&](MapLine from, MapLine to) {
            inverse ? fft.Inverse(from, to, a.Row(0), b.Row(0))
                    : fft.Forward(from, to, a.Row(0), b.Row(0));
            for (int k = 0; k < size; ++k) {
              // Values of size 1; a sum's is the root of their number.
              ASSERT_LE(std::abs(At(to.at, k * static_cast<int>(to.step), lane) - plain[k]),
                        1e-6 * std::sqrt(size))
                  << k << " " << lane;
            }
          };
          // Lines with gaps, in place, and from and to the room to work in.
          run({in.Row(0)}, {gaps.Row(0), 3});
          for (int n = 0; n < size; ++n) {
            std::copy_n(in.Row(0) + kFftElement * n, kFftElement,
                        gaps.Row(0) + 2 * kFftElement * n);
          }
          run({gaps.Row(0), 2}, {gaps.Row(0), 2});
          run({out.Row(0)}, {out.Row(0)});
          for (float* room : {a.Row(0), b.Row(0)}) {
            run({in.Row(0)}, {room});
            std::copy_n(in.Row(0), kFftElement * size, room);
            run({room}, {out.Row(0)});
          }
        });
      }
    }
  }
}

TEST(MapFftTest, TheInverseGivesTheElementsBack) {
  for (const int size : {6, 45, 262, 768, 1024}) {
    const MapFft fft(size);
    Plane<float> a(static_cast<int>(fft.space()), 1), b = a;
    for (int i = 0; i < kFftElement * size; ++i) a.Row(0)[i] = static_cast<float>(i % 97) / 97;
    Plane<float> line = a;
    fft.Forward({line.Row(0)}, {line.Row(0)}, a.Row(0), b.Row(0));
    fft.Inverse({line.Row(0)}, {line.Row(0)}, a.Row(0), b.Row(0));
    const float* result = line.Row(0);
    for (int i = 0; i < kFftElement * size; ++i) {
      ASSERT_NEAR(result[i] / static_cast<float>(size), static_cast<float>(i % 97) / 97, 2e-6);
    }
  }
}

}  // namespace
}  // namespace auif
