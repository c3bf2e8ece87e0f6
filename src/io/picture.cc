#include "io/picture.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "io/codec.h"

namespace auif {
namespace {

constexpr std::array<double, 3> kLuma = {0.299, 0.587, 0.114};  // R, G, B (BT.601)

template <typename T>
bool IsGrey(const T* row, int width) {
  for (int x = 0; x < width; ++x, row += 3) {
    if (row[0] != row[1] || row[0] != row[2]) return false;
  }
  return true;
}

// One channel of a row. The division rounds as a reader of the published code would: v / 255.
template <typename T>
void ToFloat(const T* from, int channels, int width, float* to) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  for (int x = 0; x < width; ++x) to[x] = static_cast<float>(from[x * channels]) / kLargest;
}

// What a Plane takes: its rows start at multiples of 64 bytes.
template <typename T>
std::uint64_t PlaneBytes(int width, int height) {
  const std::uint64_t row = sizeof(T) * static_cast<std::uint64_t>(width);
  return (row + Plane<T>::kAlignment - 1) / Plane<T>::kAlignment * Plane<T>::kAlignment * height;
}

// The channels as they are, on a scale of 0..255.
template <typename T>
ImageChannels ReadRaw(RowReader& reader, const std::filesystem::path& path) {
  constexpr double kStep = std::numeric_limits<T>::max() / 255;  // 1 or 257
  const auto [width, height, channels, bits] = reader.shape();
  const auto buffer = MakeBuffer(reader.shape().RowBytes(), path);
  const T* const row = reinterpret_cast<T*>(buffer.get());
  ImageChannels picture;
  for (int y = 0; y < height; ++y) {
    reader.ReadRow(buffer.get());
    if (y == 0) {
      CheckMemory(PlaneBytes<double>(width, height) * channels, path);
      picture.channels.assign(channels, Plane<double>(width, height));
    }
    for (int c = 0; c < channels; ++c) {
      double* to = picture.channels[c].Row(y);
      for (int x = 0; x < width; ++x) to[x] = row[x * channels + c] / kStep;
    }
  }
  return picture;
}

// Memory is taken when the file has shown that it holds rows, and for three planes more when it
// has shown a colour.
template <typename T>
Picture Read(RowReader& reader, const std::filesystem::path& path) {
  const auto [width, height, channels, bits] = reader.shape();
  const std::uint64_t plane_bytes = PlaneBytes<float>(width, height);
  const auto buffer = MakeBuffer(reader.shape().RowBytes(), path);
  T* const row = reinterpret_cast<T*>(buffer.get());
  Picture picture;
  picture.bits = bits;
  for (int y = 0; y < height; ++y) {
    reader.ReadRow(row);
    if (y == 0) {
      CheckMemory(plane_bytes, path);
      picture.grey = Plane<float>(width, height);
    }
    if (channels == 3 && !picture.colour() && !IsGrey(row, width)) {
      CheckMemory(4 * plane_bytes, path);
      for (Plane<float>& plane : picture.rgb) plane = picture.grey;
    }
    float* grey = picture.grey.Row(y);
    if (!picture.colour()) {
      ToFloat(row, channels, width, grey);
      continue;
    }
    for (int c = 0; c < 3; ++c) ToFloat(row + c, 3, width, picture.rgb[c].Row(y));
    for (int x = 0; x < width; ++x) {
      double luma = 0;
      for (int c = 0; c < 3; ++c) luma += kLuma[c] * picture.rgb[c].Row(y)[x];
      grey[x] = static_cast<float>(luma);
    }
  }
  return picture;
}

template <typename T>
T Quantise(float value) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  return static_cast<T>(std::lrint(std::clamp(value, 0.0f, 1.0f) * kLargest));
}

// Cb and Cr are differences to the luma: keeping them adds the luma's change to each channel.
template <typename T>
void QuantiseRow(const float* fused, const Picture* colour, int y, int width, int channels, T* to) {
  for (int x = 0; x < width; ++x) {
    const float change = colour == nullptr ? 0 : fused[x] - colour->grey.Row(y)[x];
    for (int c = 0; c < channels; ++c) {
      *to++ = Quantise<T>(colour == nullptr ? fused[x] : colour->rgb[c].Row(y)[x] + change);
    }
  }
}

void Write(const std::filesystem::path& path, PlaneView<const float> fused, const Picture* colour,
           int bits) {
  CheckPictureFormat(path, bits);
  const int only = FindPictureFormat(path)->only_channels;
  if (only == 1) colour = nullptr;
  const PictureShape shape{fused.width, fused.height, colour == nullptr && only != 3 ? 1 : 3, bits};
  const auto buffer = MakeBuffer(shape.RowBytes(), path);
  const std::unique_ptr<RowWriter> writer = CreatePicture(path, shape);
  for (int y = 0; y < fused.height; ++y) {
    if (bits == 8) {
      QuantiseRow(fused.Row(y), colour, y, fused.width, shape.channels, buffer.get());
    } else {
      QuantiseRow(fused.Row(y), colour, y, fused.width, shape.channels,
                  reinterpret_cast<std::uint16_t*>(buffer.get()));
    }
    writer->WriteRow(buffer.get());
  }
  writer->Finish();
}

}  // namespace

bool IsPictureExtension(const std::filesystem::path& path) {
  return FindPictureFormat(path) != nullptr;
}

void CheckPictureFormat(const std::filesystem::path& path, int bits) {
  const PictureFormat* format = FindPictureFormat(path);
  if (format == nullptr) {
    throw Error(ErrorKind::kUsage, "unknown picture format '" + path.extension().string() + "'",
                path.string(), "use .png, .jpg, .bmp, .tif or .pgm");
  }
  if (bits != 8 && bits != 16) {
    throw Error(ErrorKind::kUsage, "a picture has 8 or 16 bits, not " + std::to_string(bits));
  }
  if (bits > format->most_bits) {
    throw Error(ErrorKind::kUsage, "the format cannot hold 16 bits", path.string(),
                "use .png, .tif or .pgm");
  }
}

ImageChannels ReadChannels(const std::filesystem::path& path, int* bits) {
  const std::unique_ptr<RowReader> reader = OpenPicture(path);
  if (bits != nullptr) *bits = reader->shape().bits;
  return reader->shape().bits == 8 ? ReadRaw<std::uint8_t>(*reader, path)
                                   : ReadRaw<std::uint16_t>(*reader, path);
}

Picture ReadPicture(const std::filesystem::path& path) {
  const std::unique_ptr<RowReader> reader = OpenPicture(path);
  return reader->shape().bits == 8 ? Read<std::uint8_t>(*reader, path)
                                   : Read<std::uint16_t>(*reader, path);
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> grey, int bits) {
  Write(path, grey, nullptr, bits);
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> fused,
                  const Picture& colour, int bits) {
  Write(path, fused, colour.colour() ? &colour : nullptr, bits);
}

}  // namespace auif
