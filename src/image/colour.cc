#include "image/colour.h"

#include "base/size.h"
#include "image/convert.h"

namespace auif {
namespace {

template <Sample T>
void KeepChroma(const Image& colours, int y, const float* luma, Image* to, int to_y) {
  T* out[3];
  for (int c = 0; c < 3; ++c) out[c] = to->View<T>(c).Row(to_y);
  const Range range = colours.range();
  colours.Visit([&](const auto& planes) {
    const auto *red = planes[0].Row(y), *green = planes[1].Row(y), *blue = planes[2].Row(y);
    for (int x = 0; x < colours.width(); ++x) {
      const float rgb[] = {ToUnit(red[x], range), ToUnit(green[x], range), ToUnit(blue[x], range)};
      const float change = luma[x] - Luma(rgb[0], rgb[1], rgb[2]);
      for (int c = 0; c < 3; ++c) out[c][x] = FromUnit<T>(rgb[c] + change);
    }
  });
}

}  // namespace

void WithLumaRow(const Image& colours, int y, const float* luma, Image* to, int to_y) {
  if (to->type() == SampleType::kUint8) {
    KeepChroma<std::uint8_t>(colours, y, luma, to, to_y);
  } else if (to->type() == SampleType::kUint16) {
    KeepChroma<std::uint16_t>(colours, y, luma, to, to_y);
  } else {
    KeepChroma<float>(colours, y, luma, to, to_y);
  }
}

Image WithLuma(const Image& colours, PlaneView<const float> luma, SampleType type) {
  CheckSameSize({{"the luma", luma.size()}, {"the colours", colours.size()}}, colours.source());
  Image out(ImageSpec{colours.size(), 3, type, FullRange(type), colours.source()});
  for (int y = 0; y < luma.height; ++y) WithLumaRow(colours, y, luma.Row(y), &out, y);
  return out;
}

}  // namespace auif
