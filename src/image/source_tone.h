// The way from a source's samples to grey levels, as a SourceRule wants it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "auif/colour_rule.h"
#include "auif/image.h"
#include "auif/source_rule.h"

namespace auif {

// How often which grey value occurs in an image, in memory that does not grow with it: integers
// each by itself, floats to 14 bits of their mantissa (0.02 K of a temperature in kelvin). Values
// that are not finite are left out.
class GreyCounts {
 public:
  explicit GreyCounts(const ImageSpec& spec);
  // Adds the pixels of a row of an image with this spec, but for its height.
  void Add(const Image& image, int y);

  const ImageSpec& spec() const { return spec_; }
  bool empty() const { return total_ == 0; }
  double least() const { return least_; }
  double most() const { return most_; }
  // The value of the pixel that the share p, in [0, 1], of the others comes before, rounded.
  double Quantile(double p) const;
  // Calls f(value, count) for each value that occurs, in ascending order.
  template <typename F>
  void Visit(F&& f) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) f(Value(i), counts_[i]);
    }
  }

 private:
  std::size_t Bin(float value) const;
  double Value(std::size_t bin) const;

  ImageSpec spec_;
  std::vector<std::uint32_t> counts_;
  std::vector<float> row_;
  std::uint64_t total_ = 0;
  double least_ = 0, most_ = 0;
};

struct SourceTone {
  Range range;               // for Image::set_range
  bool changes = false;      // whether levels differ from those in the file's own range
  std::vector<float> curve;  // levels 0 to 1 in equal steps to those wanted; empty: as they are
  std::string note;          // what people should know; empty: nothing

  // What follows Image::GreyRow: levels into [0, 1], NaN to 0, through the curve.
  void Apply(std::span<float> levels) const;
};

// Whether the samples have to be counted to know the tone.
bool NeedsCounts(const SourceRule& rule, const ImageSpec& spec);
// counts: may be null where they are not needed. Throws Error: kUsage for limits without anything
// between, kInput for an image without a finite value.
SourceTone FindTone(const SourceRule& rule, const ImageSpec& spec, bool infrared,
                    const GreyCounts* counts);

// Image::Grey(), or another luma, with levels in [0, 1], as methods take them; NaN becomes 0.
Plane<float> UnitGrey(const Image& image, ColourRule::Luma luma = ColourRule::kBt601);

// The whole image in its new range or, where the tone has a curve, as grey levels in [0, 1]. `note`
// gets the tone's.
Image WithTone(Image image, const SourceRule& rule, bool infrared, std::string* note);

}  // namespace auif
