// Random numbers that depend on a place and a seed only, not on the order of the calls.
#pragma once

#include <cstdint>

#include "scene/math.h"

namespace auif::scene {

// Mixes all bits of x into all bits of the result (multiply and fold the high bits down, twice).
inline std::uint32_t Hash(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}
inline std::uint32_t Hash(int x, int y, std::uint32_t seed) {
  return Hash(static_cast<std::uint32_t>(x) * 0x9e3779b1u +
              Hash(static_cast<std::uint32_t>(y) * 0x7feb352du + seed));
}

// Uniform in [0, 1).
inline float Uniform(std::uint32_t hash) { return static_cast<float>(hash >> 8) * 0x1p-24f; }
inline float Uniform(int x, int y, std::uint32_t seed) { return Uniform(Hash(x, y, seed)); }

// Nearly normal, mean 0, deviation 1: the sum of four uniform 16-bit numbers, as the central limit
// theorem has it. Never beyond 3.47.
inline float Normal(int x, int y, std::uint32_t seed) {
  const std::uint32_t a = Hash(x, y, seed), b = Hash(a + 0x68bc21ebu);
  const std::uint32_t sum = (a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16);
  return (static_cast<float>(sum) * 0x1p-16f - 2) * 1.7320508f;
}

// Smooth noise in [0, 1): random values at whole numbers, smoothly joined.
inline float Noise(float x, float y, std::uint32_t seed) {
  const int ix = FloorInt(x), iy = FloorInt(y);
  float u = x - static_cast<float>(ix), v = y - static_cast<float>(iy);
  u = u * u * (3 - 2 * u);
  v = v * v * (3 - 2 * v);
  return Mix(Mix(Uniform(ix, iy, seed), Uniform(ix + 1, iy, seed), u),
             Mix(Uniform(ix, iy + 1, seed), Uniform(ix + 1, iy + 1, seed), u), v);
}

// Noise with detail down to 2^-octaves, in [0, 1).
inline float Clouds(float x, float y, int octaves, std::uint32_t seed) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * Noise(x, y, seed + static_cast<std::uint32_t>(i));
    total += weight;
    weight *= 0.5f;
    x = x * 2 + 17.3f;
    y = y * 2 + 9.1f;
  }
  return sum / total;
}

// A running sequence, for deciding where things stand.
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed)
      : state_(Hash(static_cast<std::uint32_t>(seed) +
                    Hash(static_cast<std::uint32_t>(seed >> 32) + 0x51ed270bu))) {}
  std::uint32_t Bits() { return Hash(state_ += 0x9e3779b9u); }
  float Between(float lo, float hi) { return Mix(lo, hi, Uniform(Bits())); }

 private:
  std::uint32_t state_;
};

}  // namespace auif::scene
