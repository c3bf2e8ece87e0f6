#include "image/palette.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unordered_map>

#include "auif/error.h"
#include "base/text.h"
#include "image/colour.h"
#include "image/convert.h"

namespace auif {
namespace {

// Between evenly spaced colours of 8 bits, linearly.
template <std::size_t N>
Colour Between(const double (&colours)[N][3], double level) {
  const double place = level * (N - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(place), N - 2);
  const double part = place - static_cast<double>(below);
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] = static_cast<float>(
        (colours[below][c] + (colours[below + 1][c] - colours[below][c]) * part) / 255);
  }
  return colour;
}
float Unit(double value) { return static_cast<float>(std::clamp(value, 0.0, 1.0)); }

Colour WhiteHot(double t) { return {Unit(t), Unit(t), Unit(t)}; }
Colour BlackHot(double t) { return WhiteHot(1 - t); }
// Black, blue, purple, orange, yellow, white: sixteenths as images of FLIR's cameras show them.
Colour Iron(double t) {
  static constexpr double kColours[][3] = {
      {0, 0, 0},       {15, 1, 99},    {65, 0, 144},  {108, 0, 165},  {145, 3, 167},
      {178, 17, 153},  {204, 36, 129}, {224, 58, 96}, {240, 84, 64},  {251, 112, 31},
      {255, 140, 9},   {255, 166, 0},  {255, 193, 1}, {255, 216, 25}, {255, 237, 75},
      {251, 251, 155}, {255, 255, 255}};
  return Between(kColours, t);
}
// The hues of HSV from blue to red.
Colour Rainbow(double t) {
  const double hue = 4 * (1 - t);  // in sixths of the circle
  return {Unit(std::abs(hue - 3) - 1), Unit(2 - std::abs(hue - 2)), Unit(2 - std::abs(hue - 4))};
}
// MATLAB's: each channel a trapezium of slope 4.
Colour Jet(double t) {
  return {Unit(1.5 - std::abs(4 * t - 3)), Unit(1.5 - std::abs(4 * t - 2)),
          Unit(1.5 - std::abs(4 * t - 1))};
}
// MATLAB's: red rises in the first three eighths, then green, then blue.
Colour Hot(double t) { return {Unit(8 * t / 3), Unit(8 * t / 3 - 1), Unit(4 * t - 3)}; }
// Matplotlib's (van der Walt and Smith, in the public domain), at eighths and ninths.
Colour Viridis(double t) {
  static constexpr double kColours[][3] = {{68, 1, 84},    {71, 44, 122},  {59, 81, 139},
                                           {44, 113, 142}, {33, 144, 141}, {39, 173, 129},
                                           {92, 200, 99},  {170, 220, 50}, {253, 231, 37}};
  return Between(kColours, t);
}
Colour Inferno(double t) {
  static constexpr double kColours[][3] = {
      {0, 0, 4},     {27, 12, 66},   {75, 12, 107}, {120, 28, 109}, {165, 44, 96},
      {207, 68, 70}, {237, 105, 37}, {251, 154, 6}, {247, 208, 60}, {252, 255, 164}};
  return Between(kColours, t);
}

struct Definition {
  const char* name;
  Colour (*at)(double level);
};
constexpr Definition kDefinitions[] = {{"white-hot", WhiteHot},
                                       {"black-hot", BlackHot},
                                       {"iron", Iron},
                                       {"rainbow", Rainbow},
                                       {"jet", Jet},
                                       {"hot", Hot},
                                       {"viridis", Viridis},
                                       {"inferno", Inferno}};

const std::vector<Palette>& Palettes() {
  static const std::vector<Palette> palettes = [] {
    std::vector<Palette> all;
    for (const Definition& definition : kDefinitions) {
      Colour colours[Palette::kSteps];
      for (int i = 0; i < Palette::kSteps; ++i) {
        colours[i] = definition.at(i / static_cast<double>(Palette::kSteps - 1));
      }
      all.emplace_back(definition.name, colours);
    }
    return all;
  }();
  return palettes;
}

// Cb and Cr of BT.601.
Colour Point(const Colour& rgb) {
  const float luma = Luma(rgb[0], rgb[1], rgb[2]);
  return {2 * luma, 0.564F * (rgb[2] - luma), 0.713F * (rgb[0] - luma)};
}
float Chroma(const Colour& rgb) {
  return std::max({rgb[0], rgb[1], rgb[2]}) - std::min({rgb[0], rgb[1], rgb[2]});
}

Colour ColourAt(const Image& image, int x, int y) {
  Colour colour;
  image.Visit([&](const auto& planes) {
    for (std::size_t c = 0; c < 3; ++c) {
      colour[c] = std::clamp(ToUnit(planes[planes.size() == 3 ? c : 0].Row(y)[x], image.range()),
                             0.0F, 1.0F);
    }
  });
  return colour;
}

// What is at the share p of the values; reorders them.
float Quantile(std::vector<float>& values, double p) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

Palette::Palette(std::string name, const Colour (&colours)[kSteps]) : name_(std::move(name)) {
  constexpr float kRounding = 0.02F;
  float lightest = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    colours_[i] = colours[i];
    points_[i] = Point(colours[i]);
    colourful_ = colourful_ || Chroma(colours[i]) > 0;
    lightest = std::max(lightest, points_[i][0]);
    monotone_ = monotone_ && points_[i][0] > lightest - 2 * kRounding;
  }
}

Colour Palette::At(float level) const {
  const float place = (level > 0 ? std::min(level, 1.0F) : 0.0F) * (kSteps - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(place), kSteps - 2);
  const float part = place - static_cast<float>(below);
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] = colours_[below][c] + (colours_[below + 1][c] - colours_[below][c]) * part;
  }
  return colour;
}

Palette::Nearest Palette::Find(const Colour& colour) const {
  const Colour point = Point(colour);
  float nearest = std::numeric_limits<float>::max(), level = 0;
  for (std::size_t i = 0; i + 1 < kSteps; ++i) {
    // The foot of the perpendicular on this piece of the curve.
    float along = 0, length = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const float step = points_[i + 1][c] - points_[i][c];
      along += (point[c] - points_[i][c]) * step;
      length += step * step;
    }
    const float part = length > 0 ? std::clamp(along / length, 0.0F, 1.0F) : 0.0F;
    float distance = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const float d = point[c] - (points_[i][c] + part * (points_[i + 1][c] - points_[i][c]));
      distance += d * d;
    }
    if (distance < nearest) {
      nearest = distance;
      level = (static_cast<float>(i) + part) / (kSteps - 1);
    }
  }
  return {level, std::sqrt(nearest)};
}

const std::vector<std::string>& PaletteNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Definition& definition : kDefinitions) all.emplace_back(definition.name);
    return all;
  }();
  return names;
}

const Palette& FindPalette(const std::string& name, const std::string& where) {
  for (const Palette& palette : Palettes()) {
    if (palette.name() == name) return palette;
  }
  throw Error(ErrorKind::kUsage, "no palette '" + Printable(name) + "'", where,
              GuessAndList(name, PaletteNames()));
}

PaletteGuess GuessPalette(const Image& image) {
  if (image.channels() != 3 || image.empty()) return {};
  constexpr double kMostPixels = 20'000;
  const int step = std::max(1, static_cast<int>(std::sqrt(static_cast<double>(image.width()) *
                                                          image.height() / kMostPixels)));
  // Below this difference of channels JPEG's rounding may have made the colour.
  constexpr float kSeen = 0.1F;
  std::vector<Colour> coloured;
  std::size_t count = 0;
  for (int y = 0; y < image.height(); y += step) {
    for (int x = 0; x < image.width(); x += step, ++count) {
      const Colour colour = ColourAt(image, x, y);
      if (Chroma(colour) >= kSeen) coloured.push_back(colour);
    }
  }
  const double share = static_cast<double>(coloured.size()) / static_cast<double>(count);
  constexpr double kLogos = 0.02, kLeastShare = 0.1;
  if (share < kLogos) return {};
  if (share < kLeastShare) return {ImageColours::kOther, nullptr};
  constexpr double kTexts = 0.15;       // the share of pixels that may be anything
  constexpr float kNear = 0.1F;         // palette_test.cc shows what images have
  constexpr float kLeastSpread = 0.1F;  // of levels: one hue alone is no palette
  float best = kNear;
  const Palette* found = nullptr;
  for (const Palette& palette : Palettes()) {
    if (!palette.colourful()) continue;
    std::vector<float> distances, levels;
    for (const Colour& colour : coloured) {
      const Palette::Nearest nearest = palette.Find(colour);
      distances.push_back(nearest.distance);
      levels.push_back(nearest.level);
    }
    const float far = Quantile(distances, 1 - kTexts);
    if (far < best && Quantile(levels, 0.95) - Quantile(levels, 0.05) >= kLeastSpread) {
      best = far;
      found = &palette;
    }
  }
  if (found == nullptr) return {ImageColours::kOther, nullptr};
  return {ImageColours::kPalette, found};
}

Image WithoutPalette(const Image& image, const Palette& palette) {
  Plane<float> levels(image.width(), image.height());
  // Of colours in 8 bits: each is looked for once.
  std::unordered_map<std::uint32_t, float> known;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      Colour colour = ColourAt(image, x, y);
      std::uint32_t key = 0;
      for (float& channel : colour) {
        const auto byte = FromUnit<std::uint8_t>(channel);
        key = key << 8 | byte;
        channel = ToUnit(byte);
      }
      const auto [entry, is_new] = known.try_emplace(key, 0.0F);
      if (is_new) entry->second = palette.Find(colour).level;
      levels.Row(y)[x] = entry->second;
    }
  }
  return Image(std::move(levels), image.source());
}

void ColourRow(const Palette& palette, const float* levels, Image* to, int y) {
  float* out[3];
  for (int c = 0; c < 3; ++c) out[c] = to->View<float>(c).Row(y);
  for (int x = 0; x < to->width(); ++x) {
    const Colour colour = palette.At(levels[x]);
    for (std::size_t c = 0; c < 3; ++c) out[c][x] = colour[c];
  }
}

}  // namespace auif
