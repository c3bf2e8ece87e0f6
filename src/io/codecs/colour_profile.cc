#include "io/codecs/colour_profile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "io/bytes.h"

namespace auif {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kHeader = 128;
constexpr std::uint32_t kMostTags = 200;

std::uint32_t Big(Bytes bytes, std::size_t at, std::size_t count = 4) {
  return BigEndian(bytes.data() + at, count);
}
double Fixed(Bytes bytes, std::size_t at) {
  return static_cast<std::int32_t>(Big(bytes, at)) / 65536.0;
}
bool Has(Bytes bytes, std::size_t at, std::string_view text) {
  return at <= bytes.size() && text.size() <= bytes.size() - at &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// A tag's data; empty where there is none inside the profile.
Bytes Tag(Bytes profile, std::string_view signature) {
  const std::size_t fit = (profile.size() - kHeader - 4) / 12;
  const std::size_t count = std::min<std::size_t>({Big(profile, kHeader), fit, kMostTags});
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = kHeader + 4 + 12 * i;
    if (!Has(profile, entry, signature)) continue;
    const std::size_t offset = Big(profile, entry + 4), size = Big(profile, entry + 8);
    if (offset > profile.size() || size > profile.size() - offset) return {};
    return profile.subspan(offset, size);
  }
  return {};
}

// Of version 2 ('desc', ASCII) or 4 ('mluc', UTF-16).
std::string Description(Bytes profile) {
  const Bytes tag = Tag(profile, "desc");
  std::string text;
  if (Has(tag, 0, "desc") && tag.size() >= 12) {
    const std::size_t size = std::min<std::size_t>(Big(tag, 8), tag.size() - 12);
    text.assign(tag.begin() + 12, tag.begin() + 12 + static_cast<std::ptrdiff_t>(size));
  } else if (Has(tag, 0, "mluc") && tag.size() >= 28) {
    const std::size_t size = Big(tag, 20), offset = Big(tag, 24);
    if (offset > tag.size() || size > tag.size() - offset) return {};
    for (std::size_t i = 0; i + 1 < size; i += 2) {
      const std::uint32_t c = Big(tag, offset + i, 2);
      text += c < 128 ? static_cast<char>(c) : '?';
    }
  }
  return text.substr(0, text.find('\0'));
}

// The curve at one half; nothing where the kind of curve is none of the simple ones.
std::optional<double> CurveAtHalf(Bytes tag) {
  if (Has(tag, 0, "curv") && tag.size() >= 12) {
    const std::size_t count = Big(tag, 8);
    if (count == 0) return 0.5;
    if (count > (tag.size() - 12) / 2) return {};
    if (count == 1) return std::pow(0.5, Big(tag, 12, 2) / 256.0);
    const double place = 0.5 * static_cast<double>(count - 1);
    const auto below = static_cast<std::size_t>(place);
    const double low = Big(tag, 12 + 2 * below, 2),
                 high = Big(tag, 12 + 2 * std::min(below + 1, count - 1), 2);
    return (low + (high - low) * (place - static_cast<double>(below))) / 65535;
  }
  if (Has(tag, 0, "para") && tag.size() >= 16) {
    const std::uint32_t kind = Big(tag, 8, 2);
    const double gamma = Fixed(tag, 12);
    if (kind == 0) return std::pow(0.5, gamma);
    if (kind == 3 && tag.size() >= 32) {  // Y = (aX + b)^g from d on, else cX
      const double a = Fixed(tag, 16), b = Fixed(tag, 20), c = Fixed(tag, 24), d = Fixed(tag, 28);
      return 0.5 >= d ? std::pow(0.5 * a + b, gamma) : 0.5 * c;
    }
  }
  return {};
}

// sRGB's primaries adapted to D50 (IEC 61966-2-1), and its curve at one half.
bool IsSrgb(Bytes profile, const std::string& description) {
  static constexpr struct {
    std::string_view primary, curve;
    double xyz[3];
  } kChannels[] = {{"rXYZ", "rTRC", {0.4361, 0.2225, 0.0139}},
                   {"gXYZ", "gTRC", {0.3851, 0.7169, 0.0971}},
                   {"bXYZ", "bTRC", {0.1431, 0.0606, 0.7141}}};
  constexpr double kHalf = 0.2140, kNear = 0.01;
  for (const auto& channel : kChannels) {
    const Bytes primary = Tag(profile, channel.primary);
    const std::optional<double> half = CurveAtHalf(Tag(profile, channel.curve));
    if (!Has(primary, 0, "XYZ ") || primary.size() < 20 || !half) {
      return description.find("sRGB") != description.npos;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      if (!(std::abs(Fixed(primary, 8 + 4 * i) - channel.xyz[i]) < kNear)) return false;
    }
    if (!(std::abs(*half - kHalf) < kNear)) return false;
  }
  return true;
}

}  // namespace

std::string ProfileNote(Bytes profile) {
  if (profile.size() < kHeader + 4 || !Has(profile, 36, "acsp") || Has(profile, 16, "GRAY")) {
    return {};
  }
  const std::string description = Description(profile);
  if (IsSrgb(profile, description)) return {};
  std::string note = "its colour profile ";
  if (!description.empty()) note.append("'").append(Printable(description)).append("' ");
  return note + "is not applied";
}

}  // namespace auif
