// Random numbers that depend only on what they are for, so that nothing about them needs saving.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>

namespace auif {

// A sequence of random numbers for one purpose: the same key gives the same sequence. SplitMix64
// (Steele, Lea and Flood 2014), started from a hash of the key.
class RandomSequence {
 public:
  RandomSequence(std::initializer_list<std::uint64_t> key) {
    for (const std::uint64_t part : key) state_ = Mix(state_ + part + kStep);
  }

  std::uint64_t Bits() { return Mix(state_ += kStep); }
  // In [0, 1), 53 bits.
  double Unit() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }
  double Uniform(double from, double to) { return from + (to - from) * Unit(); }
  // In [0, n); the bias of at most n / 2^53 does not matter here.
  int Below(int n) { return static_cast<int>(Unit() * n); }
  double Normal(double mean, double deviation) {
    const double radius = std::sqrt(-2 * std::log(1 - Unit()));
    return mean + deviation * radius * std::cos(2 * std::numbers::pi * Unit());
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;
  static std::uint64_t Mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::uint64_t state_ = 0;
};

// What random numbers are for: the second part of a key, after the seed.
enum RandomPurpose : std::uint64_t { kStartValues, kShuffle, kCropping };

}  // namespace auif
