#include "image/colour.h"

#include <algorithm>

#include "base/size.h"
#include "image/convert.h"

namespace auif {
namespace {

const LumaWeights& WeightsOf(ColourRule::Luma luma) {
  return luma == ColourRule::kBt601 ? kBt601Luma : kBt709Luma;
}

// Calls f(x, rgb) with the levels of each pixel of a row.
template <typename F>
void VisitRow(const Image& image, int y, const F& f) {
  const Range range = image.range();
  image.Visit([&](const auto& planes) {
    const auto *red = planes[0].Row(y), *green = planes[1].Row(y), *blue = planes[2].Row(y);
    for (int x = 0; x < image.width(); ++x) {
      f(x, {ToUnit(red[x], range), ToUnit(green[x], range), ToUnit(blue[x], range)});
    }
  });
}

// In place.
void KeepSaturation(float luma, float own_luma, float (&rgb)[3]) {
  luma = std::clamp(luma, 0.0F, 1.0F);
  float most = 0;
  for (float& channel : rgb) {
    channel = own_luma > 0 ? std::max(channel, 0.0F) * (luma / own_luma) : luma;
    most = std::max(most, channel);
  }
  if (most <= 1) return;
  const float share = (1 - luma) / (most - luma);
  for (float& channel : rgb) channel = luma + (channel - luma) * share;
}

template <Sample T>
void SetLuma(const Image& colours, int y, const float* luma, Image* to, int to_y,
             const ColourRule& rule) {
  T* out[3];
  for (int c = 0; c < 3; ++c) out[c] = to->View<T>(c).Row(to_y);
  const LumaWeights& weights = WeightsOf(rule.luma);
  VisitRow(colours, y, [&](int x, float(&&rgb)[3]) {
    const float own_luma = Luma(rgb[0], rgb[1], rgb[2], weights);
    if (rule.chroma == ColourRule::kSaturation) {
      KeepSaturation(luma[x], own_luma, rgb);
      for (int c = 0; c < 3; ++c) out[c][x] = FromUnit<T>(rgb[c]);
      return;
    }
    const float change = luma[x] - own_luma;
    for (int c = 0; c < 3; ++c) out[c][x] = FromUnit<T>(rgb[c] + change);
  });
}

}  // namespace

void LumaRow(const Image& image, int y, ColourRule::Luma luma, float* to) {
  if (luma == ColourRule::kBt601 || image.channels() != 3) return image.GreyRow(y, to);
  const LumaWeights& weights = WeightsOf(luma);
  VisitRow(image, y,
           [&](int x, float(&&rgb)[3]) { to[x] = Luma(rgb[0], rgb[1], rgb[2], weights); });
}

void WithLumaRow(const Image& colours, int y, const float* luma, Image* to, int to_y,
                 const ColourRule& rule) {
  if (to->type() == SampleType::kUint8) {
    SetLuma<std::uint8_t>(colours, y, luma, to, to_y, rule);
  } else if (to->type() == SampleType::kUint16) {
    SetLuma<std::uint16_t>(colours, y, luma, to, to_y, rule);
  } else {
    SetLuma<float>(colours, y, luma, to, to_y, rule);
  }
}

Image WithLuma(const Image& colours, PlaneView<const float> luma, SampleType type,
               const ColourRule& rule) {
  CheckSameSize({{"the luma", luma.size()}, {"the colours", colours.size()}}, colours.source());
  Image out(ImageSpec{colours.size(), 3, type, FullRange(type), colours.source()});
  for (int y = 0; y < luma.height; ++y) WithLumaRow(colours, y, luma.Row(y), &out, y, rule);
  return out;
}

}  // namespace auif
