#include "auif/image.h"

#include <cmath>
#include <cstring>

#include "image/colour.h"
#include "image/convert.h"

namespace auif {
namespace {

void CheckRange(Range range) {
  if (std::isfinite(range.black) && std::isfinite(range.white) && range.black != range.white) {
    return;
  }
  throw Error(ErrorKind::kUsage, "the range of an image has no extent", {},
              "black and white must be two finite values");
}

template <typename T>
std::vector<Plane<T>> MakePlanes(const ImageSpec& spec) {
  std::vector<Plane<T>> planes;
  planes.reserve(spec.channels);
  for (int c = 0; c < spec.channels; ++c) planes.emplace_back(spec.size);
  return planes;
}

}  // namespace

const char* Name(SampleType type) {
  switch (type) {
    case SampleType::kUint8:
      return "8-bit";
    case SampleType::kUint16:
      return "16-bit";
    case SampleType::kFloat:
      return "float";
  }
  return "";
}

Range FullRange(SampleType type) {
  switch (type) {
    case SampleType::kUint8:
      return kFullRange<std::uint8_t>;
    case SampleType::kUint16:
      return kFullRange<std::uint16_t>;
    case SampleType::kFloat:
      break;
  }
  return kFullRange<float>;
}

Image::Image(ImageSpec spec) : spec_(std::move(spec)) {
  if (channels() != 1 && channels() != 3) {
    throw Error(ErrorKind::kUsage,
                "an image has one or three channels, not " + std::to_string(channels()), source());
  }
  if (width() < 0 || height() < 0) {
    throw Error(ErrorKind::kUsage, "an image cannot have the size " + ToString(size()), source());
  }
  CheckRange(range());
  switch (type()) {
    case SampleType::kUint8:
      planes_ = MakePlanes<std::uint8_t>(spec_);
      break;
    case SampleType::kUint16:
      planes_ = MakePlanes<std::uint16_t>(spec_);
      break;
    case SampleType::kFloat:
      planes_ = MakePlanes<float>(spec_);
      break;
  }
}

void Image::set_range(Range range) {
  CheckRange(range);
  spec_.range = range;
}

void Image::CheckSizes() const {
  Visit([&](const auto& planes) {
    for (const auto& plane : planes) {
      if (plane.size() == size()) continue;
      throw Error(ErrorKind::kUsage,
                  "the channels of an image differ in size: " + ToString(size()) + " and " +
                      ToString(plane.size()),
                  source());
    }
  });
}

void Image::ThrowNoSuch(SampleType wanted, int channel) const {
  throw Error(ErrorKind::kUsage,
              "channel " + std::to_string(channel) + " was asked for as " + Name(wanted) +
                  " samples of an image with " + std::to_string(channels()) + " channels of " +
                  Name(type()) + " samples",
              source());
}

std::size_t Image::Stored(int channel) const {
  if (channel < 0 || channel >= 3 || channels() == 0) ThrowNoSuch(type(), channel);
  return static_cast<std::size_t>(channels() == 1 ? 0 : channel);
}

bool Image::colour() const {
  if (channels() != 3) return false;
  return Visit([&](const auto& planes) {
    const std::size_t bytes = sizeof(*planes[0].Row(0)) * static_cast<std::size_t>(width());
    for (int y = 0; y < height(); ++y) {
      for (int c = 1; c < 3; ++c) {
        if (std::memcmp(planes[0].Row(y), planes[c].Row(y), bytes) != 0) return true;
      }
    }
    return false;
  });
}

void Image::GreyRow(int y, float* to) const {
  if (channels() != 3) return ChannelRow(0, y, to);
  Visit([&](const auto& planes) {
    const auto *red = planes[0].Row(y), *green = planes[1].Row(y), *blue = planes[2].Row(y);
    for (int x = 0; x < width(); ++x) {
      to[x] = Luma(ToUnit(red[x], range()), ToUnit(green[x], range()), ToUnit(blue[x], range()));
    }
  });
}

void Image::ChannelRow(int channel, int y, float* to) const {
  Visit([&](const auto& planes) {
    const auto* row = planes[Stored(channel)].Row(y);
    const Range levels = range();
    for (int x = 0; x < width(); ++x) to[x] = ToUnit(row[x], levels);
  });
}

Plane<float> Image::Grey() const {
  Plane<float> grey(size());
  for (int y = 0; y < height(); ++y) GreyRow(y, grey.Row(y));
  return grey;
}

Plane<float> Image::Channel(int channel) const {
  Plane<float> levels(size());
  for (int y = 0; y < height(); ++y) ChannelRow(channel, y, levels.Row(y));
  return levels;
}

template <IntegerSample T>
void Image::GreyRowAs(int y, T* to) const {
  if (channels() == 3 && type() == kSampleType<T> && range() == kFullRange<T>) {
    const T *red = View<T>(0).Row(y), *green = View<T>(1).Row(y), *blue = View<T>(2).Row(y);
    for (int x = 0; x < width(); ++x) to[x] = Luma(red[x], green[x], blue[x]);
    return;
  }
  std::vector<float> levels(static_cast<std::size_t>(width()));
  GreyRow(y, levels.data());
  std::transform(levels.begin(), levels.end(), to, [](float v) { return FromUnit<T>(v); });
}
template void Image::GreyRowAs(int, std::uint8_t*) const;
template void Image::GreyRowAs(int, std::uint16_t*) const;

template <IntegerSample T>
Plane<T> Image::GreyAs() const {
  Plane<T> grey(size());
  for (int y = 0; y < height(); ++y) GreyRowAs(y, grey.Row(y));
  return grey;
}
template Plane<std::uint8_t> Image::GreyAs() const;
template Plane<std::uint16_t> Image::GreyAs() const;

// 16-bit samples are divided by 257, 8-bit ones stay as they are: both exact.
Plane<double> Image::ChannelTo255(int channel) const {
  Plane<double> values(size());
  const double step = (range().white - range().black) / 255;
  Visit([&](const auto& planes) {
    for (int y = 0; y < height(); ++y) {
      const auto* row = planes[Stored(channel)].Row(y);
      double* to = values.Row(y);
      for (int x = 0; x < width(); ++x) to[x] = (row[x] - range().black) / step;
    }
  });
  return values;
}

void Image::SetChannelRow(int channel, int y, const float* levels) {
  if (range() != FullRange(type()) || channel < 0 || channel >= channels()) {
    throw Error(ErrorKind::kUsage, "only channels of a full range are set from levels", source());
  }
  std::visit(
      [&]<typename T>(std::vector<Plane<T>>& planes) {
        T* to = planes[static_cast<std::size_t>(channel)].Row(y);
        if constexpr (IntegerSample<T>) {
          std::transform(levels, levels + width(), to, [](float v) { return FromUnit<T>(v); });
        } else {
          std::copy_n(levels, width(), to);
        }
      },
      planes_);
}

Image Image::As(SampleType wanted) const {
  if (wanted == type() && range() == FullRange(wanted)) return *this;
  Image out(ImageSpec{size(), channels(), wanted, FullRange(wanted), source()});
  std::vector<float> levels(static_cast<std::size_t>(width()));
  for (int c = 0; c < channels(); ++c) {
    for (int y = 0; y < height(); ++y) {
      ChannelRow(c, y, levels.data());
      out.SetChannelRow(c, y, levels.data());
    }
  }
  return out;
}

}  // namespace auif
