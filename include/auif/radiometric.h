// Radiometric JPEG files: what thermal cameras save. Beside the coloured image of their screen such
// a file holds the sensor's 16-bit values, what the camera was set to and, often, a visible image.
//
// Read are FLIR's, by their published structure (ExifTool's tables of FLIR tags), with raw values
// as PNG or plain integers, and DJI's with ThermalData in APP3 segments, of which the values alone.
//
//   RadiometricImage image = ReadRadiometric("FLIR0042.jpg");
//   Plane<float> kelvin = Temperatures(image, image.camera->conditions);
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auif/export.h"
#include "auif/image.h"
#include "auif/plane.h"

namespace auif {

inline constexpr double kZeroCelsius = 273.15;  // K

// Of a measurement, as the camera was set or as they really were.
struct ThermalConditions {
  double emissivity = 1;           // of the object, above 0 to 1
  double distance = 0;             // to the object, m
  double reflected = 293.15;       // apparent temperature of what the object reflects, K
  double atmosphere = 293.15;      // temperature of the air, K
  double humidity = 0.5;           // relative, of the air, 0 to 1
  double window = 293.15;          // temperature of a window half-way, K
  double window_transmission = 1;  // above 0 to 1; 1 without a window

  void Validate() const;  // throws Error (kUsage)
};

// A FLIR camera: its name and its calibration.
struct ThermalCamera {
  std::string model;  // printable ASCII; may be empty
  // A black body of T kelvin gives the raw value R1 / (R2 (exp(B / T) - F)) - O.
  double r1 = 0, b = 0, f = 1, o = 0, r2 = 0;
  // Of the transmission of air; Temperatures() has the equation.
  double alpha1 = 0, alpha2 = 0, beta1 = 0, beta2 = 0, x = 0;
  ThermalConditions conditions;  // those that are none are replaced by the defaults and noted
};

// How the camera lays the visible image over the thermal one.
struct VisibleAlignment {
  double scale = 1;         // Real2IR: the visible image is so many times as wide a view
  int offset_x = 0;         // from its centre to the thermal image's, in pixels of the visible
  int offset_y = 0;         // image, to the right and down
  int left = 0, right = 0;  // columns and rows of the picture in the picture, in pixels of the
  int top = 0, bottom = 0;  // thermal image
};

struct RadiometricImage {
  Plane<std::uint16_t> raw;                   // of the sensor
  std::optional<Image> visible;               // in its own size
  std::optional<ThermalCamera> camera;        // absent where there are values alone,
  std::string no_temperatures;                // which is for this reason
  std::optional<VisibleAlignment> alignment;  // of `visible`
  Size screen;                                // of the JPEG image around all this
  std::string source;                         // the file
  std::vector<std::string> notes;             // what people should know, a line each
};

// Whether a file is a JPEG with raw thermal values and, if asked for, a visible image; also where
// these are broken. False for what cannot be read and for pipes.
AUIF_API bool IsRadiometric(const std::filesystem::path& path, bool with_visible = false);

// Nothing where the file is no JPEG or one without raw thermal values. Throws Error (kInput) where
// it is missing or its thermal part is broken or of a kind that is not read.
AUIF_API std::optional<RadiometricImage> FindRadiometric(const std::filesystem::path& path);

// The same, where anything else is an Error (kInput), too.
AUIF_API RadiometricImage ReadRadiometric(const std::filesystem::path& path);

// The share of the radiation that passes half of the distance, by FLIR's model of the air:
//   tau = X exp(-sqrt(d/2) (alpha1 + beta1 sqrt(w))) + (1 - X) exp(-sqrt(d/2) (alpha2 + beta2
//   sqrt(w)))
//   w = humidity exp(1.5587 + 0.06939 t - 2.7816e-4 t^2 + 6.8455e-7 t^3), t the air's temperature
//   in degrees Celsius
AUIF_API double HalfWayTransmission(const ThermalCamera& camera,
                                    const ThermalConditions& conditions);

// Temperatures of the object in kelvin, of raw.size(). With a window half-way that reflects nothing
// the raw value is, E the emissivity, W the window's transmission, tau as above and S(T) the value
// of a black body,
//   S = E tau W tau S(object) + (1 - E) tau W tau S(reflected) + (1 - tau) W tau S(atmosphere)
//       + (1 - W) tau S(window) + (1 - tau) S(atmosphere)
// which is solved for S(object), and that for T = B / ln(R1 / (R2 (S + O)) + F), in double. This is
// the chain that the R package Thermimage publishes (after Minkina and Dudzik, Infrared
// Thermography, 2009). NaN where no temperature gives such a value. Throws Error: kUsage for
// conditions that are none, kInput where the file has no calibration.
AUIF_API Plane<float> Temperatures(const RadiometricImage& image,
                                   const ThermalConditions& conditions);

// The visible image in the geometry and size of the thermal one, by the camera's alignment, or the
// middle of it in the thermal image's proportions where there is none. What lies outside repeats
// the border. notes: get a line where that is less than it should be; may be null. Throws Error
// (kInput) where the file has no visible image.
AUIF_API Image AlignedVisible(const RadiometricImage& image, std::vector<std::string>* notes);

}  // namespace auif
