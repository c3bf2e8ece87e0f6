// The road, the pavements and the sky.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

constexpr float kKerb = 0.22f;  // width of the kerb stones

// How far (x, z) lies inside a round lid of radius 1/3 m, 0 to 1.
float Lid(float x, float z, float at_x, float at_z) {
  const float dx = x - at_x, dz = z - at_z;
  return 1 - Ramp(0.3f, 0.36f, std::sqrt(dx * dx + dz * dz));
}

void PaintRoad(const World& w, float x, float z, float blur_x, float blur_z, Surface* s) {
  s->label = SceneLabel::kRoad;
  const float grain = Noise(x * 38, z * 38, w.seed) - 0.5f;
  const float wear = Clouds(x * 0.8f, z * 0.25f, 4, w.seed + 3);
  const float puddle = Ramp(0.5f, 0.68f, Clouds(x * 0.38f, z * 0.2f, 3, w.seed + 5));
  // Two wheel tracks per lane, polished and warmed by traffic.
  const float lane = std::abs(std::abs(x) - kRoadHalfWidth / 2);
  const float track = Band(0.45f, 1.0f, 0.3f, lane);
  const float dark = 0.055f + 0.03f * (wear - 0.5f) - 0.01f * track;
  s->albedo = Vec3{1, 1, 1.04f} * (dark * (1 + 0.8f * grain * Clamp01(1.3f - blur_z * 30)));
  s->mirror = 0.05f + 0.3f * puddle;
  s->roughness = 0.3f - 0.2f * puddle;
  s->celsius = 10.3f + 0.9f * track + 1.6f * (wear - 0.5f) + 0.7f * grain - 2.4f * puddle;

  const float soft_x = std::max(blur_x, 0.01f), soft_z = std::max(blur_z, 0.01f);
  float paint = 0;
  if (z > kCrossingNear && z < kCrossingFar) {
    const float cell = x / 1.05f - Floor(x / 1.05f);
    paint = Band(0.25f, 0.75f, soft_x, cell) * Band(-3.9f, 3.9f, soft_x, x);
  } else if (z < kCrossingNear - 1 || z > kCrossingFar + 1) {
    const float cell = z / 5 - Floor(z / 5);
    paint = Band(-0.07f, 0.07f, soft_x, x) * Band(0.3f, 0.75f, soft_z / 5, cell);
  } else {
    const float stop = z < kCrossingNear ? kCrossingNear - 0.85f : kCrossingFar + 0.6f;
    const bool our_lane = z < kCrossingNear ? x > 0 : x < 0;
    paint =
        Band(stop, stop + 0.3f, soft_z, z) * (our_lane ? Band(0.1f, 3.8f, soft_x, std::abs(x)) : 0);
  }
  paint *= 0.55f + 0.45f * Ramp(0.35f, 0.55f, wear + 0.3f * grain);
  s->albedo = Mix(s->albedo, Vec3{0.5f, 0.5f, 0.48f}, paint);
  s->celsius -= 1.1f * paint;

  const float gutter = Ramp(kRoadHalfWidth - 0.35f, kRoadHalfWidth, std::abs(x));
  s->albedo = s->albedo * (1 - 0.5f * gutter);
  const float lid = Lid(x, z, w.steam.x, w.steam.z) + Lid(x, z, 2.3f, 6.1f);
  if (lid > 0) {
    const float grid = SinTurns(x * 9) * SinTurns(z * 9) > 0 ? 1.0f : 0.6f;
    s->albedo = Mix(s->albedo, Vec3{0.07f, 0.07f, 0.07f} * grid, lid);
    s->celsius += 3 * lid;
  }
}

void PaintPavement(const World& w, float x, float z, float blur_x, float blur_z, Surface* s) {
  s->label = SceneLabel::kPavement;
  const float out = std::abs(x) - kRoadHalfWidth;
  const float wear = Clouds(x * 1.1f, z * 0.9f, 4, w.seed + 11);
  s->mirror = 0.03f;
  s->roughness = 0.35f;
  if (out < kKerb) {
    const float stone = z - Floor(z);
    s->albedo = Vec3{0.27f, 0.265f, 0.25f} * (stone < 0.03f ? 0.6f : 1.0f);
    s->celsius = 8.4f;
  } else {
    constexpr float kSlab = 0.6f;
    const float cx = x / kSlab, cz = z / kSlab + 0.5f * (FloorInt(cx) & 1);
    const float fx = cx - Floor(cx), fz = cz - Floor(cz);
    const float tint = Uniform(FloorInt(cx), FloorInt(cz), w.seed + 13);
    const bool joint = fx < 0.035f || fz < 0.035f;
    const float seen = Clamp01(1.6f - std::max(blur_x, blur_z) / 0.25f);
    s->albedo = Vec3{0.155f, 0.15f, 0.14f} * Mix(1, joint ? 0.45f : 0.8f + 0.4f * tint, seen);
    s->celsius = 7.9f + 0.5f * (tint - 0.5f) * seen;
    // Walls give warmth off to the pavement along them.
    s->celsius += 1.2f * Ramp(kWall - 1.2f, kWall, std::abs(x));
  }
  s->albedo = s->albedo * (0.7f + 0.6f * wear);
  s->celsius += 1.2f * (wear - 0.5f);
}

}  // namespace

Surface GroundAt(const World& w, float x, float z, float blur_x, float blur_z) {
  Surface s;
  if (std::abs(x) < kRoadHalfWidth) {
    PaintRoad(w, x, z, blur_x, blur_z, &s);
  } else {
    PaintPavement(w, x, z, blur_x, blur_z, &s);
  }
  // What stands on the ground keeps the sky's light off it, and its heat in.
  for (const Car& car : w.cars) {
    const float dx = std::max({car.left + 0.1f - x, 0.0f, x - car.left - kCarWidth + 0.1f});
    const float dz = std::max({car.near + 0.1f - z, 0.0f, z - car.near - kCarLength + 0.1f});
    const float near = 1 - Ramp(0, 0.55f, std::sqrt(dx * dx + dz * dz));
    s.albedo = s.albedo * (1 - 0.92f * near);
    s.mirror *= 1 - 0.9f * near;
    const float engine = car.towards_us ? z - car.near : car.near + kCarLength - z;
    s.celsius += near * (engine < 1.6f ? 6.5f : 3.0f);
  }
  for (const Figure& f : w.figures) {
    if (f.bottom > 1) continue;
    const float dx = (x - f.x) / 0.34f, dz = (z - f.z) / 0.26f, q = dx * dx + dz * dz;
    if (q < 1) s.albedo = s.albedo * (0.35f + 0.65f * q);
  }
  return s;
}

Surface SkyAt(const World& w, Vec3 direction) {
  Surface s;
  const Vec3 d = Normalised(direction);
  const float up = Clamp01(d.y);
  // Clouds on a plane high above; they drift.
  const float scale = 1.1f / (d.y + 0.12f);
  const float drift = static_cast<float>(w.time) * 0.01f;
  const float cover =
      Ramp(0.42f, 0.75f, Clouds(d.x * scale + drift, d.z * scale * 0.8f, 5, w.seed + 21));
  const Vec3 high = {0.006f, 0.012f, 0.036f}, low = {0.06f, 0.047f, 0.062f};
  s.emission = Mix(low, high, Ramp(0, 0.42f, up));
  s.emission =
      Mix(s.emission, Mix(Vec3{0.085f, 0.064f, 0.066f}, Vec3{0.024f, 0.029f, 0.05f}, up * 1.8f),
          0.8f * cover);
  s.celsius = Mix(1.5f, -21, std::sqrt(Ramp(-0.1f, 0.75f, up))) + 9 * cover * (1 - 0.5f * up);

  // Stars: one in some cells of a grid over the sky.
  const float u = d.x / d.z * 46, v = d.y / d.z * 46;
  const int iu = FloorInt(u), iv = FloorInt(v);
  if (Uniform(iu, iv, w.seed + 23) < 0.3f) {
    const float du = u - static_cast<float>(iu) - 0.2f - 0.6f * Uniform(iu, iv, w.seed + 24);
    const float dv = v - static_cast<float>(iv) - 0.2f - 0.6f * Uniform(iu, iv, w.seed + 25);
    const float bright = Uniform(iu, iv, w.seed + 26);
    s.emission +=
        Vec3{0.8f, 0.88f, 1} * (bright * bright * (1 - cover) * Exp(-(du * du + dv * dv) * 900));
  }
  // The moon, with its seas; too small and cool for the thermal camera.
  const Vec3 moon = Normalised({-0.135f, 0.335f, 1});
  const Vec3 off = d - moon;
  const float r = Length(off) / 0.03f;
  const float disc = 1 - Ramp(0.93f, 1.05f, r);
  const float seas = Clouds(off.x * 70 + 5, off.y * 70, 3, 77);
  s.emission += Vec3{0.95f, 0.93f, 0.84f} * (disc * (1 - 0.75f * cover) * (0.75f + 0.7f * seas));
  s.emission += Vec3{0.05f, 0.055f, 0.065f} * Exp(-r * 0.5f);
  return s;
}

}  // namespace auif::scene
