// exp and atan in float by polynomials: unlike the library's, a loop over them becomes vector
// instructions, and they have the same bits on every machine. In double they are the library's.
//
// The polynomials are minimax fits of their range. Errors are stated for all results, rounding
// included; vector_math_test.cc measures them.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace auif::pair {

// Relative error at most 1e-7; x is limited to [-87, 87].
inline float Exp(float x) {
  // exp(x) = 2^n exp(r), n the whole number next to x / ln 2. Adding 1.5 2^23 rounds to n, which is
  // then in the lowest bits. ln 2 in two parts, of which n times the first is exact.
  constexpr float kRounder = 0x1.8p23f, kLn2High = 0x1.63p-1f, kLn2Low = -2.12194440e-4f;
  x = std::min(std::max(x, -87.0f), 87.0f);
  const float shifted = x * std::numbers::log2e_v<float> + kRounder;
  const float n = shifted - kRounder;
  const float r = x - n * kLn2High - n * kLn2Low;
  const float p =
      0.500000003f +
      r * (0.166665766f + r * (0.0416663741f + r * (0.00836323507f + r * 0.00139412182f)));
  const auto exponent =
      std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRounder);
  return (1 + (r + r * r * p)) * std::bit_cast<float>((exponent + 127) << 23);
}
inline double Exp(double x) { return std::exp(x); }

// Absolute error at most 2e-7.
inline float Atan(float x) {
  const float size = std::abs(x);
  const float z = size > 1 ? 1 / size : size;
  const float s = z * z;
  // (atan(z) / z - 1) / z^2 on [0, 1].
  const float low = -0.142796165f + s * (0.110420383f + s * (-0.0868905537f + s * 0.0631824314f));
  const float high = -0.0366705557f + s * (0.0139966500f + s * -0.00250861784f);
  const float s2 = s * s;
  const float p = -0.333333321f + s * 0.199997901f + s2 * (low + s2 * s2 * high);
  const float near = z + z * s * p;
  return std::copysign(size > 1 ? std::numbers::pi_v<float> / 2 - near : near, x);
}
inline double Atan(double x) { return std::atan(x); }

}  // namespace auif::pair
