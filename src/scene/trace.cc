// What a ray meets.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

// About half the distance between samples at unit distance, for an image of 640 pixels.
constexpr float kSampleAngle = 0.0012f;

// Enters an axis-aligned box; `axis` is the face's.
bool HitBox(const Building& b, Vec3 o, Vec3 inverse, float* t, int* axis) {
  float enter = 0, leave = *t;
  int face = -1;
  auto clip = [&](float lo, float hi, float from, float inv, int which) {
    float a = (lo - from) * inv, c = (hi - from) * inv;
    if (a > c) std::swap(a, c);
    if (a > enter) {
      enter = a;
      face = which;
    }
    leave = std::min(leave, c);
  };
  clip(b.lo.x, b.hi.x, o.x, inverse.x, 0);
  clip(b.lo.y, b.hi.y, o.y, inverse.y, 1);
  clip(b.lo.z, b.hi.z, o.z, inverse.z, 2);
  if (face < 0 || enter >= leave) return false;
  *t = enter;
  *axis = face;
  return true;
}

}  // namespace

float Trace(const World& world, Vec3 o, Vec3 d, Surface* surface, Vec3* normal) {
  constexpr float kFar = 1e4f, kTiny = 1e-9f;
  float t = kFar;
  bool found = false;  // a thing, whose surface is already known
  for (const Figure& f : world.figures) {
    const float s = (f.z - o.z) / (std::abs(d.z) < kTiny ? kTiny : d.z);
    if (s <= 1e-3f || s >= t) continue;
    const float u = o.x + s * d.x - f.x, v = o.y + s * d.y;
    if (!f.Near(u, v)) continue;
    Surface seen;
    if (FigureAt(f, u, v, &seen, normal)) {
      t = s;
      found = true;
      *surface = seen;
    }
  }
  for (const Car& car : world.cars) found |= HitCar(car, o, d, &t, surface, normal);

  const auto inverse = [](float x) { return 1 / (std::abs(x) < kTiny ? kTiny : x); };
  const Vec3 inv = {inverse(d.x), inverse(d.y), inverse(d.z)};
  const Building* wall = nullptr;
  int axis = 0;
  for (const Building& b : world.buildings) {
    if (HitBox(b, o, inv, &t, &axis)) wall = &b;
  }
  const float down = d.y < 0 ? -o.y / d.y : kFar;
  const float length = Length(d);
  if (down < t) {
    t = down;
    const float blur = t * length * kSampleAngle;
    const float slant = std::max(-d.y / length, 0.01f);
    *surface = GroundAt(world, o.x + t * d.x, o.z + t * d.z, blur, blur / slant);
    *normal = {0, 1, 0};
  } else if (wall != nullptr) {
    const float along = axis == 0 ? d.x : axis == 1 ? d.y : d.z;
    const float sign = along > 0 ? -1.0f : 1.0f;
    *normal = {axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0};
    const float blur = t * length * kSampleAngle;
    const float slant = std::max(std::abs(along) / length, 0.01f);
    *surface = FacadeAt(*wall, o + d * t, *normal, blur / slant, blur);
  } else if (!found) {
    *surface = SkyAt(world, d);
    *normal = {0, 0, -1};
  }
  return t;
}

float ApparentTemperature(const World& world, Vec3 direction, float distance,
                          const Surface& surface) {
  if (surface.label == SceneLabel::kSky) return surface.celsius;
  // The air between adds its own radiation; the steam does, a little.
  const float air = 1 - Exp(-distance / 350);
  const float steam = 0.22f * SteamCover(world, direction, distance);
  return Mix(Mix(surface.celsius, kAir, air), 14, steam);
}

}  // namespace auif::scene
