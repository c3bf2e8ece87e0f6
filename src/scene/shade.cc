// Visible light.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

constexpr Vec3 kSkyLight = {0.016f, 0.020f, 0.034f};

// How much of the street's light reaches into the alley.
float Reach(Vec3 p) {
  if (p.z < kAlleyNear - 0.2f || p.z > kAlleyFar + 0.2f) return 1;
  return Mix(0.015f, 1, 1 - Ramp(4.6f, 5.9f, p.x));
}

// How much of the light gets past people and other figures to a point of the ground or a wall.
float Unshaded(const World& world, Vec3 p, Vec3 light) {
  float open = 1;
  for (const Figure& f : world.figures) {
    if (f.label != SceneLabel::kPerson && f.label != SceneLabel::kThing) continue;
    const float s = (f.z - p.z) / (light.z - p.z);
    if (!(s > 0 && s < 1)) continue;
    const float u = p.x + s * (light.x - p.x) - f.x, v = p.y + s * (light.y - p.y);
    if (!f.Near(u, v)) continue;
    Surface unused;
    Vec3 normal;
    if (FigureAt(f, u, v, &unused, &normal)) open *= 0.25f;
  }
  return open;
}

// Light scattered by the surface, and its own.
Vec3 Diffuse(const World& world, Vec3 p, const Surface& s, Vec3 n) {
  if (s.label == SceneLabel::kSky) return s.emission;
  const float reach = Reach(p);
  const bool shadows = s.label == SceneLabel::kRoad || s.label == SceneLabel::kPavement;
  Vec3 light = kSkyLight * ((0.65f + 0.35f * n.y) * Mix(0.12f, 1, reach));
  for (const Light& l : world.lights) {
    const Vec3 to = l.position - p;
    const float square = Dot(to, to);
    float facing = Dot(to, n);
    if (square > 900 || (facing <= 0 && s.back_light == 0)) continue;
    const float distance = std::sqrt(square);
    facing = (facing > 0 ? facing : -facing * s.back_light) / distance;
    float strength = facing * reach / (square + 0.4f);
    if (l.downward) strength *= Ramp(-0.25f, 0.55f, to.y / distance);
    if (shadows && square < 200) strength *= Unshaded(world, p, l.position);
    light += l.power * strength;
  }
  return s.emission + s.albedo * light;
}

// The streak of a lamp on wet ground at p. Ripples tilt the mirror mostly towards and away from
// us, so it is long and thin. A smooth formula, where single rays would leave sparks.
Vec3 Streaks(const World& world, Vec3 p, Vec3 bounce, float roughness) {
  const float wide = 0.012f + 0.03f * roughness, high = 0.03f + 0.45f * roughness;
  Vec3 sum;
  for (const Light& l : world.lights) {
    if (!l.downward || l.position.z < p.z + 0.5f) continue;
    const Vec3 to = l.position - p;
    const float dx = (bounce.x / bounce.z - to.x / to.z) / wide;
    const float dy = (bounce.y / bounce.z - to.y / to.z) / high;
    const float q = dx * dx + dy * dy;
    if (q < 12) sum += l.power * (0.17f * Exp(-q) / (0.4f + 9 * high));
  }
  return sum;
}

Vec3 Limited(Vec3 c) {
  // A lamp in one of a pixel's samples must not outshine all the others.
  constexpr float kMost = 9;
  return {std::min(c.x, kMost), std::min(c.y, kMost), std::min(c.z, kMost)};
}

}  // namespace

float SteamCover(const World& world, Vec3 d, float distance) {
  const Steam& steam = world.steam;
  const float t = (steam.z - kEye.z) / d.z;
  if (t <= 0 || t > distance) return 0;
  const float u = kEye.x + t * d.x - steam.x, v = kEye.y + t * d.y;
  if (v < 0 || v > steam.height) return 0;
  const float drift = static_cast<float>(world.time) * 0.9f;
  // A plume that widens, leans and breaks up as it rises.
  const float rise = v / steam.height, width = 0.42f + 0.6f * std::sqrt(rise);
  const float wobble = Noise(u * 2.2f, v * 2.6f - drift * 1.6f, world.seed + 40) - 0.5f;
  const float q = (u - 0.35f * rise * rise + 0.5f * wobble) / width;
  if (q * q >= 1) return 0;
  const float puff = Clouds(u * 1.5f, v * 1.1f - drift, 4, world.seed + 41);
  const float inside = 1 - q * q;
  const float body = inside * Ramp(-0.03f, 0.35f, v) * (1 - Ramp(0.5f, 1, rise));
  return Clamp01(body * (0.9f + 2.2f * (puff - 0.42f)) * 1.3f);
}

Vec3 Haze(const World& world, Vec3 d, float distance) {
  constexpr float kDensity = 0.001f;
  const float length = Length(d);
  const Vec3 ray = d * (1 / length);
  const float end = std::min(distance * length, 120.0f);
  Vec3 sum;
  for (const Light& l : world.lights) {
    // The integral of 1/r^2 along the ray: a difference of arctangents over the light's distance
    // from the ray.
    const Vec3 to = l.position - kEye;
    const float along = Dot(to, ray);
    const float off = std::sqrt(std::max(Dot(to, to) - along * along, 0.0f) + 0.03f);
    sum += l.power * (l.haze * kDensity / off * (Atan((end - along) / off) + Atan(along / off)));
  }
  const float far = 1 - Exp(-end / 260);
  return sum + Vec3{0.05f, 0.042f, 0.05f} * far;
}

Vec3 Radiance(const World& world, Vec3 d, float distance, const Surface& s, Vec3 n, float jitter) {
  const Vec3 p = kEye + d * distance;
  Vec3 light = Diffuse(world, p, s, n);
  const Vec3 ray = Normalised(d);
  const float miss = 1 - Clamp01(-Dot(ray, n)), square = miss * miss;
  // Schlick's approximation of Fresnel's law, stronger at grazing angles for wet surfaces.
  const float share = std::min(s.mirror + (1.5f * s.mirror + 0.04f) * square * square * miss, 0.9f);
  constexpr float kSeen = 0.04f;  // fainter reflections do not pay for a ray
  if (s.mirror > 0 && share > kSeen) {
    Vec3 bounce = ray - n * (2 * Dot(ray, n));
    if (n.y > 0.5f) {
      const float ripple = Noise(p.x * 5, p.z * 1.5f, world.seed + 51) - 0.5f;
      bounce.y =
          std::max(bounce.y + s.roughness * ((jitter - 0.5f) * 0.8f + 0.35f * ripple), 0.01f);
      bounce.x += 0.04f * s.roughness * ripple;
    } else {
      bounce = bounce + Vec3{jitter - 0.5f, 0.5f - jitter, 0} * s.roughness;
    }
    Surface other;
    Vec3 other_normal;
    const Vec3 start = p + n * 0.01f;
    const float t = Trace(world, start, bounce, &other, &other_normal);
    if (n.y > 0.5f) {
      if (other.label == SceneLabel::kLamp) other.emission = {};
      light += Streaks(world, p, bounce, s.roughness) * share;
    }
    light += Limited(Diffuse(world, start + bounce * t, other, other_normal)) * share;
  }
  const float steam = SteamCover(world, d, distance);
  if (steam > 0) {
    // Thick enough to scatter all light that falls on it from anywhere.
    const float t = (world.steam.z - kEye.z) / d.z;
    const Vec3 at = kEye + d * t;
    Vec3 glow = kSkyLight;
    for (const Light& l : world.lights) {
      const Vec3 to = l.position - at;
      glow += l.power * (0.45f / (Dot(to, to) + 1.5f));
    }
    light = Mix(light, glow * 0.75f, steam);
  }
  return Limited(light);
}

}  // namespace auif::scene
