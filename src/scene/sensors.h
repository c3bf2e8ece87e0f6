// From light and temperature at the pixels to what the two cameras deliver.
#pragma once

#include <array>
#include <cstdint>

#include "auif/plane.h"
#include "scene/scene.h"

namespace auif::scene {

struct SensorSettings {
  float scale = 1;  // pixels of this image to those of one of 640x512
  bool noise = true;
  std::uint32_t seed = 1;   // of the camera: its fixed patterns
  std::uint32_t frame = 0;  // of the moment: its noise
};

// light: linear red, green, blue, 1 about white; becomes scene->rgb and scene->vis. Glow around
// bright spots, the lens' blur and vignetting, shot noise and read noise, the sensor's saturation,
// gamma.
void ExposeVisible(std::array<Plane<float>, 3> light, const SensorSettings& settings, Scene* scene);

// temperature: degrees Celsius; becomes scene->ir_raw, ir, ir_low and ir_high. The coarser
// optics' blur, a halo around what is hot, offsets of rows and columns, pixel noise, and the
// automatic gain.
void ExposeThermal(const Plane<float>& temperature, const SensorSettings& settings, Scene* scene);

// Blurs by a Gaussian of deviation `sigma` pixels (three boxes above 2 pixels); the edge pixels
// continue outside.
void Blur(Plane<float>* plane, float sigma);

}  // namespace auif::scene
