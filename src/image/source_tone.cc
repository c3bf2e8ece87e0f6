#include "image/source_tone.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "image/colour.h"

namespace auif {
namespace {

// Floats are counted by their sign, exponent and 13 bits of mantissa.
constexpr int kBits = 22;

// Floats in the order of their values.
std::uint32_t Ordered(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
float FromOrdered(std::uint32_t key) {
  return std::bit_cast<float>((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}

constexpr int kCurve = 4096;      // levels of an equalised image
constexpr double kPlateau = 3.0;  // times the mean count of the levels that occur

std::vector<float> PlateauCurve(const GreyCounts& counts, Range range) {
  std::vector<double> levels(kCurve);
  counts.Visit([&](double value, std::uint32_t count) {
    const double level = (value - range.black) / (range.white - range.black);
    if (level < 0 || level > 1) return;
    levels[static_cast<std::size_t>(std::lround(level * (kCurve - 1)))] += count;
  });
  double sum = 0, filled = 0;
  for (const double count : levels) {
    sum += count;
    filled += count > 0;
  }
  const double plateau = filled > 0 ? kPlateau * sum / filled : 0;
  double total = 0;
  for (double& count : levels) total += count = std::min(count, plateau);
  if (total == 0) return {};
  // A level's place is the middle of what it adds, so that black and white swap for a negative.
  std::vector<float> curve(kCurve);
  double below = 0;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    curve[i] = static_cast<float>((below + levels[i] / 2) / total);
    below += levels[i];
  }
  return curve;
}

double ParseNumber(std::string_view text, const std::string& where) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value)) {
    return value;
  }
  throw Error(ErrorKind::kUsage, "'" + std::string(text) + "' is not a number", where,
              "it takes auto, full, MIN,MAX or percentile:LOW,HIGH");
}

// A share of the image's range that is filled below which it is stretched.
constexpr double kLittle = 0.25;

bool FillsLittle(const ImageSpec& spec, const GreyCounts& counts) {
  const double low = counts.Quantile(0.001), high = counts.Quantile(0.999);
  const double share = (high - low) / (spec.range.white - spec.range.black);
  const bool leaves =
      spec.type == SampleType::kFloat && (low < spec.range.black || high > spec.range.white);
  return leaves || share < kLittle;
}

// SourceRule::kAuto of what fills little.
Range Gain(const GreyCounts& counts) {
  const double low = counts.Quantile(0.16), white = counts.Quantile(0.995);
  return {std::max(counts.Quantile(0.001), low - 0.5 * (white - low)), white};
}

// What keeps a visible image dark: 10, 12 or 14 bits in 16.
Range FewerBits(const ImageSpec& spec, double most) {
  for (const int bits : {8, 10, 12, 14}) {
    const double largest = (1 << bits) - 1;
    if (most <= largest) return {0, largest};
  }
  return spec.range;
}

std::string Limits(const ImageSpec& spec, Range range) {
  const auto text = [&](double value) {
    // Enough digits for a temperature's hundredths.
    return NumberText(spec.type == SampleType::kFloat ? std::round(value * 1000) / 1000 : value);
  };
  return text(range.black) + " to " + text(range.white);
}

}  // namespace

GreyCounts::GreyCounts(const ImageSpec& spec)
    : spec_(spec),
      counts_(spec.type == SampleType::kFloat ? std::size_t{1} << kBits : std::size_t{1} << 16),
      row_(static_cast<std::size_t>(spec.size.width)) {}

std::size_t GreyCounts::Bin(float value) const {
  return spec_.type == SampleType::kFloat ? Ordered(value) >> (32 - kBits)
                                          : static_cast<std::size_t>(value);
}

double GreyCounts::Value(std::size_t bin) const {
  if (spec_.type != SampleType::kFloat) return static_cast<double>(bin);
  const double value = FromOrdered(static_cast<std::uint32_t>(bin) << (32 - kBits));
  return std::clamp(value, least_, most_);
}

void GreyCounts::Add(const Image& image, int y) {
  image.GreyRow(y, row_.data());
  const Range range = spec_.range;
  for (const float level : row_) {
    if (!std::isfinite(level)) continue;
    double value = range.black + level * (range.white - range.black);
    if (spec_.type != SampleType::kFloat) value = std::clamp(std::round(value), 0.0, 65535.0);
    least_ = total_ == 0 ? value : std::min(least_, value);
    most_ = total_ == 0 ? value : std::max(most_, value);
    ++counts_[Bin(static_cast<float>(value))];
    ++total_;
  }
}

double GreyCounts::Quantile(double p) const {
  const auto rank = static_cast<std::uint64_t>(std::llround(p * static_cast<double>(total_ - 1)));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (below > rank) return Value(i);
  }
  return most_;
}

void SourceTone::Apply(std::span<float> levels) const {
  for (float& level : levels) {
    level = level > 0 ? std::min(level, 1.0F) : 0.0F;
    if (curve.empty()) continue;
    const float place = level * static_cast<float>(curve.size() - 1);
    const auto i = std::min(static_cast<std::size_t>(place), curve.size() - 2);
    level = curve[i] + (place - static_cast<float>(i)) * (curve[i + 1] - curve[i]);
  }
}

SourceRule ParseSourceRule(const std::string& text, const std::string& where) {
  SourceRule rule;
  const std::string lower = Lower(text);
  if (lower == "auto") return rule;
  rule.kind = SourceRule::kFull;
  if (lower == "full") return rule;
  constexpr std::string_view kPrefix = "percentile:";
  std::string_view rest = lower;
  rule.kind = SourceRule::kLimits;
  if (rest.starts_with(kPrefix)) {
    rule.kind = SourceRule::kPercentiles;
    rest.remove_prefix(kPrefix.size());
  }
  const std::size_t comma = std::min(rest.find(','), rest.size());
  rule.low = ParseNumber(rest.substr(0, comma), where);
  rule.high = ParseNumber(rest.substr(std::min(comma + 1, rest.size())), where);
  const bool share = rule.kind == SourceRule::kPercentiles;
  if (rule.low == rule.high ||
      (share && (rule.low > rule.high || rule.low < 0 || rule.high > 100))) {
    throw Error(ErrorKind::kUsage, "'" + text + "' leaves nothing between black and white", where,
                share ? "percentiles lie between 0 and 100, the lower one first" : "");
  }
  return rule;
}

bool NeedsCounts(const SourceRule& rule, const ImageSpec& spec) {
  if (rule.equalise || rule.kind == SourceRule::kPercentiles) return true;
  return rule.kind == SourceRule::kAuto && spec.type != SampleType::kUint8;
}

SourceTone FindTone(const SourceRule& rule, const ImageSpec& spec, bool infrared,
                    const GreyCounts* counts) {
  SourceTone tone;
  tone.range = spec.range;
  if (NeedsCounts(rule, spec) && counts->empty()) {
    throw Error(ErrorKind::kInput, "the image has no finite values", spec.source);
  }
  if (rule.kind == SourceRule::kLimits) {
    tone.range = {rule.low, rule.high};
  } else if (rule.kind == SourceRule::kPercentiles) {
    tone.range = {counts->Quantile(rule.low / 100), counts->Quantile(rule.high / 100)};
  } else if (rule.kind == SourceRule::kAuto && NeedsCounts(rule, spec)) {
    if (spec.type != SampleType::kFloat && !infrared) {
      tone.range = FewerBits(spec, counts->most());
    } else if (FillsLittle(spec, *counts)) {
      tone.range = Gain(*counts);
    }
    if (tone.range != spec.range && tone.range.black < tone.range.white) {
      tone.note = "its values from " + Limits(spec, tone.range) + " become black to white (--" +
                  std::string(infrared ? "ir" : "vis") + "-range full leaves them)";
    }
  }
  // A flat image has no range of its own: it stays what it is, or becomes black.
  if (!(tone.range.black != tone.range.white)) {
    tone.range = spec.range;
    if (spec.type == SampleType::kFloat) {
      tone.range = {counts->least(), std::nextafter(counts->least(), INFINITY)};
    }
  }
  if (rule.equalise) tone.curve = PlateauCurve(*counts, tone.range);
  tone.changes = tone.range != spec.range || !tone.curve.empty() || spec.type == SampleType::kFloat;
  return tone;
}

Plane<float> UnitGrey(const Image& image, ColourRule::Luma luma) {
  const bool in_unit =
      image.type() != SampleType::kFloat && image.range() == FullRange(image.type());
  const SourceTone unchanged;
  Plane<float> levels(image.size());
  for (int y = 0; y < levels.height(); ++y) {
    LumaRow(image, y, luma, levels.Row(y));
    if (!in_unit) {
      unchanged.Apply({levels.Row(y), static_cast<std::size_t>(levels.width())});
    }
  }
  return levels;
}

Image WithTone(Image image, const SourceRule& rule, bool infrared, std::string* note) {
  std::optional<GreyCounts> counts;
  if (NeedsCounts(rule, image.spec())) {
    counts.emplace(image.spec());
    for (int y = 0; y < image.height(); ++y) counts->Add(image, y);
  }
  const SourceTone tone = FindTone(rule, image.spec(), infrared, counts ? &*counts : nullptr);
  *note = tone.note;
  if (!tone.changes) return image;
  image.set_range(tone.range);
  if (tone.curve.empty()) return image;
  Plane<float> levels = image.Grey();
  for (int y = 0; y < levels.height(); ++y) {
    tone.Apply({levels.Row(y), static_cast<std::size_t>(levels.width())});
  }
  return Image(std::move(levels), image.source());
}

}  // namespace auif
