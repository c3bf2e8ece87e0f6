// A synthetic street at night, as a visible and a thermal camera see it, with everything known
// about each pixel. Sample images, demos and tests need no photograph; alignment, video and 16-bit
// work get the truth to compare with.
//
// The scene is a small three-dimensional world: houses, a wet road, lamps, a shop sign, cars, a
// tree, steam, and people, one of them in an unlit alley and one behind the steam. Every sample of
// every pixel is a ray, so the same world can be seen at any size. Light and temperature are
// computed apart: the sign's letters, for instance, exist for the visible camera only.
//
// Only additions, multiplications, divisions and square roots are used, and own random numbers, so
// the same options give the same bits on every machine with IEEE arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "auif/plane.h"

namespace auif {

enum class SceneLabel : std::uint8_t {
  kSky,
  kBuilding,
  kWindow,  // of a building, lit or not
  kRoad,
  kPavement,
  kLamp,
  kSign,
  kPlant,
  kThing,  // a bin, a bollard
  kCar,
  kPerson,
};
inline constexpr int kSceneLabels = 11;
const char* Name(SceneLabel);  // "sky", "building", ...

struct SceneOptions {
  int width = 640;         // pixels, at least 10
  int height = 512;        // pixels, at least 10
  std::uint64_t seed = 1;  // houses, windows, people's places, clothes, clouds, noise
  double time = 0;         // seconds, 0 to 86400: people walk, a car drives, steam rises
  bool noise = true;       // false: the sensors blur, but add neither noise nor fixed patterns

  int threads = 0;  // 0: as many as the machine has; the bits are the same for any number

  // The thermal camera's image size; 0: as the visible one.
  int ir_width = 0;
  int ir_height = 0;
  // Row-major 3x3 homography: where a point (x, y, 1) of the visible image lies in the infrared
  // one. Pixel centres are at whole numbers. It must be invertible, and no corner of the infrared
  // image may lie on or behind its horizon.
  std::array<double, 9> visible_to_infrared = {1, 0, 0, 0, 1, 0, 0, 0, 1};

  // Throws Error (kUsage) where a value is out of range.
  void Validate() const;
};

// What is true of each pixel of one camera, before its sensor.
struct SceneTruth {
  Plane<float> temperature;       // degrees Celsius, the mean over the pixel
  Plane<std::uint8_t> labels;     // SceneLabel, the one that covers most of the pixel
  Plane<std::uint8_t> instances;  // 0, or 1 + the index into Scene::objects
};

// A person or a car.
struct SceneObject {
  SceneLabel label = SceneLabel::kPerson;
  bool hidden = false;  // darkness or steam hides it from the visible camera
};

struct Scene {
  // As the cameras deliver them, in [0, 1].
  Plane<float> ir;                   // temperature, linear from ir_low (0) to ir_high (1), clipped
  Plane<float> vis;                  // luma of `rgb` (ITU-R BT.601)
  std::array<Plane<float>, 3> rgb;   // red, green, blue, gamma-encoded
  Plane<std::uint16_t> ir_raw;       // radiometric: hundredths of a kelvin
  float ir_low = 0;                  // degrees Celsius; the automatic gain's choice
  float ir_high = 0;                 // degrees Celsius
  SceneTruth vis_truth, ir_truth;    // each in its own camera's pixels
  std::vector<SceneObject> objects;  // those of the world, in view or not
};

// Renders one moment; about 0.8 s of one core for 640x512. Thread-safe.
// Errors: those of SceneOptions::Validate().
Scene RenderScene(const SceneOptions& options = {});

}  // namespace auif
