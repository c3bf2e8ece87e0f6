// An image in memory: what the library reads, fuses, scores, trains on and writes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "auif/error.h"
#include "auif/export.h"
#include "auif/plane.h"

namespace auif {

// What a sample can be.
template <typename T>
concept Sample =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> || std::same_as<T, float>;
template <typename T>
concept IntegerSample = Sample<T> && std::unsigned_integral<T>;

enum class SampleType { kUint8, kUint16, kFloat };
AUIF_API const char* Name(SampleType);  // "8-bit", "16-bit", "float"
constexpr std::size_t SampleBytes(SampleType type) {
  return type == SampleType::kUint8 ? 1 : type == SampleType::kUint16 ? 2 : 4;
}

template <Sample T>
inline constexpr SampleType kSampleType = std::same_as<T, std::uint8_t>
                                              ? SampleType::kUint8
                                              : (std::same_as<T, std::uint16_t>
                                                     ? SampleType::kUint16
                                                     : SampleType::kFloat);

// Which sample value is black and which is white. A sample v stands for the grey level
// (v - black) / (white - black): [0, 1] between the two, outside of it beyond them.
struct Range {
  double black = 0, white = 1;

  bool operator==(const Range&) const = default;
};

// 0..255, 0..65535, and 0..1 for floats: what the samples of an image mean unless it says
// otherwise.
template <Sample T>
inline constexpr Range kFullRange = {
    0, std::same_as<T, float> ? 1.0 : static_cast<double>(std::numeric_limits<T>::max())};
AUIF_API Range FullRange(SampleType type);

// Everything about an image but its samples.
struct ImageSpec {
  Size size;
  int channels = 1;  // 1: grey; 3: red, green, blue
  SampleType type = SampleType::kUint8;
  Range range = {0, 255};
  std::string source;  // where it came from, such as its file: for messages; may be empty
};

// One grey channel, or red, green and blue of one size, as 8-bit, 16-bit or float samples. Copying
// copies the samples.
//
// Conversions go through grey levels in [0, 1] in single precision and are the same wherever the
// library needs one:
//   to a level:      (v - black) / (white - black), so v / 255 or v / 65535 for full ranges
//   to grey:         the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, summed in double
//   to an integer:   the nearest to 255 or 65535 times the level, halves up; levels outside [0, 1]
//                    are clamped, NaN becomes 0
// Only the luma of integers as an integer of the same type is computed from them, exactly.
class AUIF_API Image {
 public:
  Image() = default;  // 0x0, without channels
  // All samples are zero. Throws Error: kUsage for other than 1 or 3 channels, a negative size or
  // a range of which both ends are equal or not finite; kInput where the memory is not available.
  explicit Image(ImageSpec spec);
  // Take over planes, whose samples have the full range. The second throws Error (kUsage) where
  // their sizes differ.
  template <Sample T>
  Image(Plane<T> grey, std::string source = {});
  template <Sample T>
  explicit Image(std::array<Plane<T>, 3> rgb, std::string source = {});

  const ImageSpec& spec() const { return spec_; }
  Size size() const { return spec_.size; }
  int width() const { return spec_.size.width; }
  int height() const { return spec_.size.height; }
  int channels() const { return spec_.channels; }
  SampleType type() const { return spec_.type; }
  Range range() const { return spec_.range; }
  const std::string& source() const { return spec_.source; }
  bool empty() const { return width() == 0 || height() == 0; }

  // Throws Error (kUsage) as the constructor does. The samples stay.
  void set_range(Range range);
  void set_source(std::string source) { spec_.source = std::move(source); }

  // Whether the channels differ anywhere: an image whose three channels are equal is grey. Looks at
  // the samples up to the first that differs.
  bool colour() const;

  // Views of a channel's samples; Error (kUsage) where T is not the type or the channel is not
  // there.
  template <Sample T>
  PlaneView<const T> View(int channel = 0) const;
  template <Sample T>
  PlaneView<T> View(int channel = 0);
  // Calls f with the channels, a `const std::vector<Plane<T>>&` of whichever T it is.
  template <typename F>
  decltype(auto) Visit(F&& f) const {
    return std::visit(std::forward<F>(f), planes_);
  }

  // Grey levels: the values of the one channel, or the luma of three.
  Plane<float> Grey() const;
  void GreyRow(int y, float* to) const;  // `width` values
  // The same, rounded to integers.
  template <IntegerSample T>
  Plane<T> GreyAs() const;
  template <IntegerSample T>
  void GreyRowAs(int y, T* to) const;
  // Levels of one channel; a grey image gives its one for each of three. Throws Error (kUsage) for
  // a channel that is not there.
  Plane<float> Channel(int channel) const;
  void ChannelRow(int channel, int y, float* to) const;
  // Sets row y of one channel from grey levels, rounded to the type where it is an integer. The
  // image must have its full range (kUsage otherwise).
  void SetChannelRow(int channel, int y, const float* levels);
  // One channel on the scale of metrics: 255 times the level, in double precision, not rounded.
  Plane<double> ChannelTo255(int channel) const;
  // The same image, channels and all, in the full range of another type. Of its own type and full
  // range: a copy.
  Image As(SampleType type) const;

 private:
  using Planes = std::variant<std::vector<Plane<std::uint8_t>>, std::vector<Plane<std::uint16_t>>,
                              std::vector<Plane<float>>>;
  template <Sample T>
  const Plane<T>& Get(int channel) const;
  [[noreturn]] void ThrowNoSuch(SampleType wanted, int channel) const;
  std::size_t Stored(int channel) const;
  void CheckSizes() const;

  ImageSpec spec_ = {{}, 0, SampleType::kUint8, {0, 255}, {}};
  Planes planes_;
};

template <Sample T>
Image::Image(Plane<T> grey, std::string source)
    : spec_{grey.size(), 1, kSampleType<T>, kFullRange<T>, std::move(source)} {
  planes_.emplace<std::vector<Plane<T>>>().push_back(std::move(grey));
}

template <Sample T>
Image::Image(std::array<Plane<T>, 3> rgb, std::string source)
    : spec_{rgb[0].size(), 3, kSampleType<T>, kFullRange<T>, std::move(source)} {
  auto& planes = planes_.emplace<std::vector<Plane<T>>>();
  for (Plane<T>& plane : rgb) planes.push_back(std::move(plane));
  CheckSizes();
}

template <Sample T>
const Plane<T>& Image::Get(int channel) const {
  const auto* planes = std::get_if<std::vector<Plane<T>>>(&planes_);
  if (planes == nullptr || channel < 0 || channel >= channels()) {
    ThrowNoSuch(kSampleType<T>, channel);
  }
  return (*planes)[static_cast<std::size_t>(channel)];
}

template <Sample T>
PlaneView<const T> Image::View(int channel) const {
  return Get<T>(channel);
}

template <Sample T>
PlaneView<T> Image::View(int channel) {
  return const_cast<Plane<T>&>(Get<T>(channel)).View();
}

}  // namespace auif
