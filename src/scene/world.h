// What the street is made of. Metres; x to the right, y up, z along the street away from the
// camera; the road's surface is y = 0. Light is linear, 1 is about white on the image;
// temperatures are degrees Celsius as a thermal camera sees them.
#pragma once

#include <cstdint>
#include <vector>

#include "scene/math.h"
#include "scene/scene.h"

namespace auif::scene {

inline constexpr float kRoadHalfWidth = 4.2f;
inline constexpr float kWall = 6.0f;     // the houses' fronts stand at x = -kWall and x = kWall
inline constexpr float kStreetEnd = 72;  // a house closes the street at this z
inline constexpr Vec3 kEye = {0.8f, 2.3f, 0};
inline constexpr float kCrossingNear = 7.8f, kCrossingFar = 10.6f;  // the zebra crossing, z
inline constexpr float kAlleyNear = 9.6f, kAlleyFar = 13.4f;        // the gap on the right, z
inline constexpr float kAir = 6;                                    // temperature of the air

// What a ray has found at one point.
struct Surface {
  Vec3 albedo;           // share of the light that is scattered back
  Vec3 emission;         // light of its own
  float celsius = kAir;  // apparent temperature
  float mirror = 0;      // share that is reflected as by a mirror, seen straight on
  float roughness = 0;   // how far mirrored rays scatter, as a share of their length
  float back_light = 0;  // share of the light from behind that shines through (leaves)
  SceneLabel label = SceneLabel::kSky;
  std::uint8_t instance = 0;
};

// A flat shape that faces the camera, rounded by its shading.
struct Part {
  enum class Shape : std::uint8_t {
    kCapsule,  // a line from a to b with the radii ra and rb at its ends
    kBox,      // between the corners a and b
    kLeaves,   // a capsule with a ragged edge and holes
  };
  Shape shape = Shape::kCapsule;
  float ax = 0, ay = 0, bx = 0, by = 0, ra = 0, rb = 0;
  float stretch = 1;  // the capsule's width is multiplied by this
  Vec3 albedo, emission;
  float celsius = kAir;
  float rim = kAir;  // temperature at the outline
};

// Parts around (x, 0) in the plane z; later parts lie before earlier ones.
struct Figure {
  float x = 0, z = 0;
  SceneLabel label = SceneLabel::kThing;
  std::uint8_t instance = 0;
  std::uint32_t seed = 0;
  std::vector<Part> parts;
  float left = 0, right = 0, bottom = 0, top = 0;  // bounds, relative to (x, 0)

  void SetBounds();
  bool Near(float u, float v) const { return u > left && u < right && v > bottom && v < top; }
};

enum class Finish { kBrick, kPlaster, kStone };

struct Building {
  Vec3 lo, hi;  // a box
  Finish finish = Finish::kBrick;
  Vec3 colour;
  float lit = 0.3f;  // share of the windows with light
  bool shop = false;
  std::uint32_t seed = 0;
};

struct Car {
  float left = 0, near = 0;  // the corner of its box; it is kCarWidth x kCarHeight x kCarLength
  bool towards_us = false;   // we see its front
  bool running = false;      // lights on, exhaust hot
  Vec3 colour;
  std::uint8_t instance = 0;
};
inline constexpr float kCarWidth = 1.8f, kCarHeight = 1.46f, kCarLength = 4.3f;

struct Light {
  Vec3 position, power;
  bool downward = false;  // a lamp with a shade; else it shines all around
  float haze = 1;         // how much of it the damp air scatters towards us
};

// Steam from a manhole: nearly opaque to light, nearly clear to heat.
struct Steam {
  float x = 0, z = 0, height = 3.2f;
};

struct World {
  std::uint32_t seed = 0;
  double time = 0;  // seconds
  std::vector<Building> buildings;
  std::vector<Figure> figures;
  std::vector<Car> cars;
  std::vector<Light> lights;
  Steam steam;
  std::vector<SceneObject> objects;
};

// world.cc: decides what stands where at this moment.
World BuildWorld(std::uint64_t seed, double time);

// figures.cc
Figure MakeLamp(float x, float z);
Figure MakeTree(float x, float z, std::uint32_t seed);
Figure MakeBin(float x, float z);
Figure MakeBollard(float x, float z);
Figure MakeSign(float x, float z);
inline constexpr Vec3 kLampHead = {1.15f, 5.25f, 0};  // from the foot, towards the road
struct Gait {
  float stride = 0;     // turns; a whole number is one double step
  float direction = 0;  // -1, 1: walks to the left, right; 0: faces the camera
  bool standing = false;
  float height = 1.75f;
  Vec3 coat, trousers, skin, hair;
};
Figure MakePerson(float x, float z, const Gait& gait);
// Whether the figure covers the point (u, v) relative to its foot; if so, what is there. False
// outside of Near().
bool FigureAt(const Figure& figure, float u, float v, Surface* surface, Vec3* normal);

// car.cc: `t` is the distance limit before, the hit's distance after.
bool HitCar(const Car& car, Vec3 origin, Vec3 direction, float* t, Surface* surface, Vec3* normal);

// facade.cc: the wall of a building at p; `blur` is the size of a sample there along the wall.
Surface FacadeAt(const Building& building, Vec3 p, Vec3 normal, float blur_u, float blur_v);

// ground.cc
Surface GroundAt(const World& world, float x, float z, float blur_x, float blur_z);
Surface SkyAt(const World& world, Vec3 direction);

// letters.cc: 1 where a block letter's stroke covers (u, v), both 0 to 1, v upward.
float LetterAt(char letter, float u, float v);

// trace.cc: the first thing on the ray; returns its distance (for the sky 1e4).
float Trace(const World& world, Vec3 origin, Vec3 direction, Surface* surface, Vec3* normal);
// What the thermal camera sees along the ray.
float ApparentTemperature(const World& world, Vec3 direction, float distance,
                          const Surface& surface);

// shade.cc: the light that comes back along the ray from the camera. `jitter` in [0, 1) scatters
// the mirrored rays of a pixel's samples.
Vec3 Radiance(const World& world, Vec3 direction, float distance, const Surface& surface,
              Vec3 normal, float jitter);
// The light that damp air scatters into the ray before `distance`.
Vec3 Haze(const World& world, Vec3 direction, float distance);
// How much of the ray (0 to 1) the steam covers before `distance`.
float SteamCover(const World& world, Vec3 direction, float distance);

}  // namespace auif::scene
