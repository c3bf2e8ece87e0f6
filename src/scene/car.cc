// A car: two convex solids (body and cabin), cut by planes, on four wheels.
#include <cmath>

#include "scene/noise.h"
#include "scene/world.h"

namespace auif::scene {
namespace {

// Own coordinates: w from the left side (seen from us), y up, l from the front bumper backwards.
// The inside of a plane is where normal . p <= limit.
struct Side {
  Vec3 normal;  // (w, y, l), of any length
  float limit;
};

// The side through the points (y0, l0) and (y1, l1) of the profile, walked with the inside on the
// right as seen with y up and l to the right.
constexpr Side Profile(float y0, float l0, float y1, float l1) {
  return {{0, l1 - l0, -(y1 - y0)}, (l1 - l0) * y0 - (y1 - y0) * l0};
}

constexpr float kFrontAxle = 0.82f, kRearAxle = 3.42f, kWheel = 0.32f, kTread = 0.2f;

constexpr Side kBody[] = {
    {{-1, 0.12f, 0}, 0.06f},
    {{1, 0.12f, 0}, kCarWidth + 0.06f},
    {{0, -1, 0}, -0.22f},
    Profile(0.2f, 0.06f, 0.5f, 0),        // bumper
    Profile(0.5f, 0, 0.72f, 0.06f),       // grille
    Profile(0.72f, 0.06f, 0.83f, 0.22f),  // edge of the bonnet
    Profile(0.83f, 0.22f, 0.95f, 1.2f),   // bonnet
    Profile(0.95f, 1.2f, 0.97f, 4.0f),    // waist
    Profile(0.97f, 4.0f, 0.82f, 4.26f),
    Profile(0.82f, 4.26f, 0.4f, 4.3f),  // tail
    Profile(0.4f, 4.3f, 0.22f, 4.2f),
};
constexpr Side kCabin[] = {
    {{-1, 0.42f, 0}, 0.3f},
    {{1, 0.42f, 0}, kCarWidth + 0.3f},
    Profile(0.88f, 1.05f, 1.38f, 1.72f),  // windscreen
    Profile(1.38f, 1.72f, 1.45f, 2.1f),
    Profile(1.45f, 2.1f, 1.44f, 2.9f),  // roof
    Profile(1.44f, 2.9f, 1.34f, 3.35f),
    Profile(1.34f, 3.35f, 0.85f, 4.12f),  // rear window
    {{0, -1, 0}, -0.85f},
};

template <std::size_t N>
bool HitSolid(const Side (&sides)[N], Vec3 origin, Vec3 direction, float* t, Vec3* normal) {
  float enter = 0, leave = *t;
  Vec3 face;
  for (const Side& side : sides) {
    const float speed = Dot(side.normal, direction);
    const float room = side.limit - Dot(side.normal, origin);
    if (speed == 0) {
      if (room < 0) return false;
      continue;
    }
    const float s = room / speed;
    if (speed < 0 && s > enter) {
      enter = s;
      face = side.normal;
    }
    if (speed > 0) leave = std::min(leave, s);
    if (enter >= leave) return false;
  }
  if (enter <= 0) return false;
  *t = enter;
  *normal = face;
  return true;
}

// A wheel: a cylinder around the axle (y = kWheel, l = axle) from w to w + kTread.
bool HitWheel(float axle, float w, Vec3 o, Vec3 d, float* t, Vec3* normal) {
  const float oy = o.y - kWheel, ol = o.z - axle;
  const float a = d.y * d.y + d.z * d.z, b = oy * d.y + ol * d.z;
  const float c = oy * oy + ol * ol - kWheel * kWheel;
  const float root = b * b - a * c;
  if (a == 0 || root <= 0) return false;
  const float r = std::sqrt(root);
  const float enter = (-b - r) / a, leave = (-b + r) / a;
  const float at = o.x + enter * d.x;
  if (enter > 0 && enter < *t && at >= w && at <= w + kTread) {
    *t = enter;
    *normal = {0, oy + enter * d.y, ol + enter * d.z};
    return true;
  }
  if (d.x == 0) return false;
  const float cap = ((d.x < 0 ? w + kTread : w) - o.x) / d.x;
  if (cap <= 0 || cap >= *t || cap < enter || cap > leave) return false;
  *t = cap;
  *normal = {d.x < 0 ? 1.0f : -1.0f, 0, 0};
  return true;
}

void PaintWheel(const Car& car, Vec3 p, Vec3 normal, Surface* s) {
  const float axle = p.z < 2 ? kFrontAxle : kRearAxle;
  const float y = p.y - kWheel, l = p.z - axle, r = std::sqrt(y * y + l * l);
  const float warm = car.running ? 27.0f : 20.0f;
  s->albedo = {0.018f, 0.018f, 0.018f};
  s->celsius = warm - 2 * Ramp(0.26f, kWheel, r);
  if (std::abs(normal.x) > 0.5f && r < 0.2f) {
    // Five spokes before the warm brake disc.
    const float spoke = std::abs(y * l) / (r * r + 1e-4f);
    const bool metal = r < 0.06f || r > 0.17f || spoke < 0.22f;
    s->albedo = metal ? Vec3{0.4f, 0.4f, 0.42f} : Vec3{0.04f, 0.04f, 0.04f};
    s->celsius = warm + (metal ? 4.0f : 10.0f);
  }
}

void PaintBody(const Car& car, Vec3 p, Vec3 normal, Surface* s) {
  const float middle = p.x - kCarWidth / 2, side = std::abs(middle);
  s->albedo = car.colour;
  s->mirror = 0.1f;
  s->roughness = 0.004f;
  s->celsius = 6.5f;
  const float engine = Exp(-((p.z - 0.6f) * (p.z - 0.6f) / 0.3f + middle * middle / 0.32f));
  if (p.z < 1.6f) s->celsius += (car.running ? 26.0f : 30.0f) * engine;
  if (normal.z < -0.5f && p.y < 0.8f) {  // front
    if (p.y > 0.5f && side > 0.55f && side < 0.86f) {
      s->albedo = {0.7f, 0.72f, 0.75f};
      s->mirror = 0.15f;
      s->celsius = 8;
      if (car.running) s->emission = {7, 7, 6.4f};
    } else if (p.y > 0.3f && p.y < 0.62f && side < 0.48f) {
      const bool plate = p.y < 0.42f && side < 0.26f;
      const bool bar = std::abs(p.y - 0.53f) < 0.012f || std::abs(p.y - 0.58f) < 0.012f;
      s->albedo = plate ? Vec3{0.7f, 0.68f, 0.5f} : Vec3{1, 1, 1} * (bar ? 0.3f : 0.02f);
      s->mirror = 0;
      s->celsius = plate ? 12.0f : 34.0f;  // the radiator behind the grille
    }
  } else if (normal.z > 0.5f) {  // tail
    s->celsius = 8;
    if (p.y > 0.55f && p.y < 0.78f && side > 0.52f && side < 0.84f) {
      s->albedo = {0.35f, 0.02f, 0.02f};
      if (car.running) s->emission = {4.2f, 0.22f, 0.12f};
    } else if (p.y > 0.52f && p.y < 0.64f && side < 0.26f) {
      s->albedo = {0.7f, 0.68f, 0.5f};
      if (car.running) s->emission = {0.25f, 0.24f, 0.2f};
    } else if (p.y < 0.36f) {
      s->albedo = {0.03f, 0.03f, 0.03f};
      const float du = middle + 0.5f, dv = p.y - 0.27f;
      const float heat = car.running ? 70.0f : 12.0f;
      s->celsius += heat * Exp(-(du * du + dv * dv) / 0.012f);
    }
  } else if (std::abs(normal.x) > 0.5f) {  // doors, sills, wheel arches
    const float front = p.z - kFrontAxle, rear = p.z - kRearAxle, y = p.y - kWheel;
    const float arch = std::min(front * front, rear * rear) + y * y;
    const bool seam = std::abs(p.z - 1.45f) < 0.012f || std::abs(p.z - 2.5f) < 0.012f ||
                      std::abs(p.z - 3.4f) < 0.012f;
    if (arch < 0.36f * 0.36f) {
      s->albedo = {0.01f, 0.01f, 0.01f};
      s->mirror = 0;
      s->celsius = 14;
    } else if (seam && p.y > 0.35f) {
      s->albedo = car.colour * 0.2f;
      s->mirror = 0;
    } else if (p.y < 0.3f) {
      s->albedo = {0.03f, 0.03f, 0.03f};
    }
  }
}

void PaintCabin(const Car& car, Vec3 p, Vec3 normal, Surface* s) {
  const float side = std::abs(p.x - kCarWidth / 2);
  const bool roof = normal.y > 0.93f;
  bool glass = !roof && p.y > 0.98f && p.y < 1.36f;
  if (std::abs(normal.x) > 0.5f) {
    glass = glass && std::abs(p.z - 2.5f) > 0.04f && p.z > 1.32f + (p.y - 0.95f) * 1.3f &&
            p.z < 3.85f - (p.y - 0.95f) * 1.3f;
  } else {
    glass = glass && side < 0.78f - (p.y - 0.85f) * 0.42f;
  }
  s->albedo = glass ? Vec3{0.012f, 0.014f, 0.016f} : car.colour;
  s->mirror = glass ? 0.14f : 0.1f;
  s->roughness = 0.003f;
  // Glass and the roof mirror a part of the cold sky.
  s->celsius = roof ? 1.5f : glass ? 5.5f : 6.5f;
  if (car.running && glass) s->celsius = 10;
}

}  // namespace

bool HitCar(const Car& car, Vec3 origin, Vec3 direction, float* t, Surface* surface, Vec3* normal) {
  const float flip = car.towards_us ? 1.0f : -1.0f;
  const float start = car.towards_us ? car.near : car.near + kCarLength;
  const Vec3 o = {origin.x - car.left, origin.y, (origin.z - start) * flip};
  const Vec3 d = {direction.x, direction.y, direction.z * flip};
  // The box around it first: most rays pass by.
  constexpr Side kBounds[] = {{{-1, 0, 0}, 0.02f}, {{1, 0, 0}, kCarWidth + 0.02f},
                              {{0, -1, 0}, 0},     {{0, 1, 0}, kCarHeight},
                              {{0, 0, -1}, 0.01f}, {{0, 0, 1}, kCarLength + 0.01f}};
  float nearest = *t;
  Vec3 n;
  if (!HitSolid(kBounds, o, d, &nearest, &n)) return false;

  nearest = *t;
  enum { kNothing, kIsBody, kIsCabin, kIsWheel } what = kNothing;
  if (HitSolid(kBody, o, d, &nearest, &n)) what = kIsBody;
  if (HitSolid(kCabin, o, d, &nearest, &n)) what = kIsCabin;
  for (const float axle : {kFrontAxle, kRearAxle}) {
    for (const float w : {0.0f, kCarWidth - kTread}) {
      if (HitWheel(axle, w, o, d, &nearest, &n)) what = kIsWheel;
    }
  }
  if (what == kNothing) return false;
  *t = nearest;
  *surface = {};
  surface->label = SceneLabel::kCar;
  surface->instance = car.instance;
  n = Normalised(n);
  const Vec3 p = o + d * nearest;
  if (what == kIsBody) PaintBody(car, p, n, surface);
  if (what == kIsCabin) PaintCabin(car, p, n, surface);
  if (what == kIsWheel) PaintWheel(car, p, n, surface);
  *normal = {n.x, n.y, n.z * flip};
  return true;
}

}  // namespace auif::scene
