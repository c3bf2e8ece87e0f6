#include "io/picture.h"

#include <cstdint>
#include <limits>

#include "io/codec.h"
#include "io/picture_rows.h"

namespace auif {
namespace {

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

void Write(const std::filesystem::path& path, PlaneView<const float> fused, const Picture* colour,
           int bits) {
  PictureWriter writer(path, fused.width, fused.height, colour != nullptr, bits);
  for (int y = 0; y < fused.height; ++y) {
    if (colour == nullptr) {
      writer.WriteRow(fused.Row(y));
    } else {
      const auto& rgb = colour->rgb;
      writer.WriteRow(fused.Row(y), colour->grey.Row(y),
                      {rgb[0].Row(y), rgb[1].Row(y), rgb[2].Row(y)});
    }
  }
  writer.Finish();
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
  PictureReader reader(path);
  return ReadPicture(reader);
}

// Memory is taken when the file has shown that it holds rows, and for three planes more when it
// has shown a colour.
Picture ReadPicture(PictureReader& reader) {
  const auto [width, height, channels, bits] = reader.shape();
  const std::uint64_t plane_bytes = PlaneBytes<float>(width, height);
  Picture picture;
  picture.bits = bits;
  for (int y = 0; y < height; ++y) {
    reader.Next();
    if (y == 0) {
      CheckMemory(plane_bytes, reader.path());
      picture.grey = Plane<float>(width, height);
    }
    if (reader.colour() && !picture.colour()) {
      CheckMemory(4 * plane_bytes, reader.path());
      for (Plane<float>& plane : picture.rgb) plane = picture.grey;
    }
    reader.Grey(picture.grey.Row(y));
    if (!picture.colour()) continue;
    for (int c = 0; c < 3; ++c) reader.Channel(c, picture.rgb[c].Row(y));
  }
  return picture;
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> grey, int bits) {
  Write(path, grey, nullptr, bits);
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> fused,
                  const Picture& colour, int bits) {
  Write(path, fused, colour.colour() ? &colour : nullptr, bits);
}

}  // namespace auif
