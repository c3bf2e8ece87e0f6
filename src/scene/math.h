// Arithmetic of the scene. The standard library's exp, sin and atan may differ in the last bit from
// one machine to the next; these are built from operations that IEEE 754 rounds correctly.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace auif::scene {

struct Vec3 {
  float x = 0, y = 0, z = 0;
};
inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline Vec3& operator+=(Vec3& a, Vec3 b) { return a = a + b; }
inline float Dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline float Length(Vec3 a) { return std::sqrt(Dot(a, a)); }
inline Vec3 Normalised(Vec3 a) { return a * (1 / Length(a)); }

inline float Clamp01(float x) { return std::clamp(x, 0.0f, 1.0f); }
inline float Mix(float a, float b, float t) { return a + (b - a) * t; }
inline Vec3 Mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
// 0 below a, 1 above b, smooth between.
inline float Ramp(float a, float b, float x) {
  const float t = Clamp01((x - a) / (b - a));
  return t * t * (3 - 2 * t);
}
// 1 where lo < x < hi, with edges `soft` wide.
inline float Band(float lo, float hi, float soft, float x) {
  return Clamp01((x - lo) / soft + 0.5f) * Clamp01((hi - x) / soft + 0.5f);
}

// The greatest whole number that is not above x. A conversion and a comparison, where std::floor is
// a call on the oldest x86-64 machines. Saturates near 2^31.
inline int FloorInt(float x) {
  const float limited = std::clamp(x, -2147483520.0f, 2147483520.0f);
  const int whole = static_cast<int>(limited);
  return whole - (static_cast<float>(whole) > limited);
}
inline float Floor(float x) { return static_cast<float>(FloorInt(x)); }

// e^x to 1e-6 of its value for |x| < 10: 2^n from the exponent bits, the rest from the series of
// 2^f.
inline float Exp(float x) {
  const float y = std::clamp(x * 1.44269504f, -126.0f, 126.0f);
  const int n = FloorInt(y + 0.5f);
  const float f = (y - static_cast<float>(n)) * 0.69314718f;
  const float series =
      1 + f * (1 + f * (1.f / 2 + f * (1.f / 6 + f * (1.f / 24 + f * (1.f / 120 + f / 720)))));
  const auto bits = static_cast<std::uint32_t>(n + 127) << 23;
  return series * std::bit_cast<float>(bits);
}

// The sine of x full turns, from its series on a quarter turn.
inline float SinTurns(float x) {
  float t = x - Floor(x + 0.5f);  // -1/2 ... 1/2
  if (t > 0.25f) t = 0.5f - t;
  if (t < -0.25f) t = -0.5f - t;
  const float a = t * 6.28318531f, q = a * a;
  return a * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72))));
}
inline float CosTurns(float x) { return SinTurns(x + 0.25f); }

// The arctangent to 1e-5 (Abramowitz and Stegun, 4.4.49).
inline float Atan(float x) {
  const float a = std::abs(x);
  const float t = a > 1 ? 1 / a : a, q = t * t;
  float r =
      t * (0.9998660f + q * (-0.3302995f + q * (0.1801410f + q * (-0.0851330f + q * 0.0208351f))));
  if (a > 1) r = 1.57079633f - r;
  return x < 0 ? -r : r;
}

}  // namespace auif::scene
