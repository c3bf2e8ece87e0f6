// What colours mean: luma, and chroma that outlives a new luma.
#pragma once

#include <array>

#include "auif/colour_rule.h"
#include "auif/image.h"

namespace auif {

struct LumaWeights {
  double red, green, blue;
};
inline constexpr LumaWeights kBt601Luma = {0.299, 0.587, 0.114},  // ITU-R BT.601
    kBt709Luma = {0.2126, 0.7152, 0.0722};                        // ITU-R BT.709

// Of three equal levels it is that level, to the bit.
inline float Luma(float red, float green, float blue, const LumaWeights& weights = kBt601Luma) {
  return static_cast<float>(weights.red * red + weights.green * green + weights.blue * blue);
}

// The luma of full-range integers, halves up. In thousandths it is an integer, so that one colour
// in a thousand lies just between two: floats would round those either way.
template <IntegerSample T>
T Luma(T red, T green, T blue) {
  return static_cast<T>((299u * red + 587u * green + 114u * blue + 500) / 1000);
}

// The grey levels of row y with the rule's luma: Image::GreyRow's for BT.601.
void LumaRow(const Image& image, int y, ColourRule::Luma luma, float* to);

// An image of `colours` (three channels) whose luma is `luma`, levels in [0, 1]; samples of `type`.
//   kKeep:       the chroma (Cb, Cr) is that of `colours`. Both are differences to the luma:
//                keeping them adds the luma's change to each channel, where the result is clamped.
//   kSaturation: each channel is scaled by luma / (the luma of `colours`): HSV's hue and
//                saturation stay; where one exceeds 1, all go towards the grey of that luma as far
//                as needed: c' = luma + (c - luma) (1 - luma) / (max - luma). Black becomes grey.
// Throws Error (kUsage) where the sizes differ.
Image WithLuma(const Image& colours, PlaneView<const float> luma, SampleType type,
               const ColourRule& rule = {});

// The same of one row: row y of `colours` to row `to_y` of `to`, which has three channels.
void WithLumaRow(const Image& colours, int y, const float* luma, Image* to, int to_y,
                 const ColourRule& rule = {});

}  // namespace auif
