// What colours mean: luma, and chroma that outlives a new luma.
#pragma once

#include <array>

#include "auif/image.h"

namespace auif {

// The luma of ITU-R BT.601. Of three equal levels it is that level, to the bit.
inline float Luma(float red, float green, float blue) {
  return static_cast<float>(0.299 * red + 0.587 * green + 0.114 * blue);
}

// The luma of full-range integers, halves up. In thousandths it is an integer, so that one colour
// in a thousand lies just between two: floats would round those either way.
template <IntegerSample T>
T Luma(T red, T green, T blue) {
  return static_cast<T>((299u * red + 587u * green + 114u * blue + 500) / 1000);
}

// An image of `colours` (three channels) whose luma is `luma`, levels in [0, 1], and whose chroma
// (Cb, Cr) is that of `colours`; samples of `type`. Cb and Cr are differences to the luma: keeping
// them adds the luma's change to each channel, where the result is clamped. Throws Error (kUsage)
// where the sizes differ.
Image WithLuma(const Image& colours, PlaneView<const float> luma, SampleType type);

// The same of one row: row y of `colours` to row `to_y` of `to`, which has three channels.
void WithLumaRow(const Image& colours, int y, const float* luma, Image* to, int to_y);

}  // namespace auif
