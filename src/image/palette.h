// The palettes of thermal cameras: which one an image was coloured with, and back to levels.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "auif/image.h"

namespace auif {

using Colour = std::array<float, 3>;  // red, green, blue in [0, 1]

class Palette {
 public:
  // A colour for each of kSteps levels from 0 to 1; between them the colours are linear.
  static constexpr int kSteps = 256;
  Palette(std::string name, const Colour (&colours)[kSteps]);

  const std::string& name() const { return name_; }
  // Whether it has colours at all.
  bool colourful() const { return colourful_; }
  // Whether a higher level is never darker, by more than rounding: where not, levels of similar
  // colours are told apart by their hue alone.
  bool monotone() const { return monotone_; }
  // Levels outside [0, 1] are clamped, NaN is 0.
  Colour At(float level) const;

  struct Nearest {
    float level = 0;
    float distance = 0;  // of (2 Y, Cb, Cr), each in the unit of a level
  };
  // The point of the curve that is nearest to the colour: luma counts twice, since JPEG files keep
  // it best. Of several the one of the lowest level.
  Nearest Find(const Colour& colour) const;

 private:
  std::string name_;
  std::array<Colour, kSteps> colours_;
  std::array<Colour, kSteps> points_;  // of the curve: 2 Y, Cb, Cr
  bool colourful_ = false, monotone_ = true;
};

// "white-hot", "black-hot", "iron", ...
const std::vector<std::string>& PaletteNames();
// Throws Error (kUsage) for a name that is none; `where`: the flag that had it.
const Palette& FindPalette(const std::string& name, const std::string& where);

enum class ImageColours {
  kGrey,     // none, or so few that a file format may have made them
  kPalette,  // those of a palette
  kOther,
};
struct PaletteGuess {
  ImageColours colours = ImageColours::kGrey;
  const Palette* palette = nullptr;  // for kPalette
};
// Looks at some 20,000 pixels spread over the image: those of a palette lie on its curve, but for
// the texts that cameras draw and for what JPEG does to edges.
PaletteGuess GuessPalette(const Image& image);

// The image's levels in the palette, from 0 to 1.
Image WithoutPalette(const Image& image, const Palette& palette);

// Colours row y of `to` (three channels of floats) by levels.
void ColourRow(const Palette& palette, const float* levels, Image* to, int y);

}  // namespace auif
