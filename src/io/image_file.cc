#include "io/image_file.h"

#include <cstdint>
#include <limits>

#include "io/codecs/codec.h"
#include "io/image_rows.h"

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
  ImageChannels image;
  for (int y = 0; y < height; ++y) {
    reader.ReadRow(buffer.get());
    if (y == 0) {
      CheckMemory(PlaneBytes<double>(width, height) * channels, path);
      image.channels.assign(channels, Plane<double>(width, height));
    }
    for (int c = 0; c < channels; ++c) {
      double* to = image.channels[c].Row(y);
      for (int x = 0; x < width; ++x) to[x] = row[x * channels + c] / kStep;
    }
  }
  return image;
}

void Write(const std::filesystem::path& path, PlaneView<const float> fused, const FileImage* colour,
           int bits) {
  ImageWriter writer(path, fused.width, fused.height, colour != nullptr, bits);
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

bool IsImageExtension(const std::filesystem::path& path) {
  return FindImageFormat(path) != nullptr;
}

void CheckImageFormat(const std::filesystem::path& path, int bits) {
  const ImageFormat* format = FindImageFormat(path);
  if (format == nullptr) {
    throw Error(ErrorKind::kUsage, "unknown image format '" + path.extension().string() + "'",
                path.string(), "use .png, .jpg, .bmp, .tif or .pgm");
  }
  if (bits != 8 && bits != 16) {
    throw Error(ErrorKind::kUsage, "an image has 8 or 16 bits, not " + std::to_string(bits));
  }
  if (bits > format->most_bits) {
    throw Error(ErrorKind::kUsage, "the format cannot hold 16 bits", path.string(),
                "use .png, .tif or .pgm");
  }
}

ImageChannels ReadChannels(const std::filesystem::path& path, int* bits) {
  const std::unique_ptr<RowReader> reader = OpenImage(path);
  if (bits != nullptr) *bits = reader->shape().bits;
  return reader->shape().bits == 8 ? ReadRaw<std::uint8_t>(*reader, path)
                                   : ReadRaw<std::uint16_t>(*reader, path);
}

FileImage ReadImage(const std::filesystem::path& path) {
  ImageReader reader(path);
  return ReadImage(reader);
}

// Memory is taken when the file has shown that it holds rows, and for three planes more when it
// has shown a colour.
FileImage ReadImage(ImageReader& reader) {
  const auto [width, height, channels, bits] = reader.shape();
  const std::uint64_t plane_bytes = PlaneBytes<float>(width, height);
  FileImage image;
  image.bits = bits;
  for (int y = 0; y < height; ++y) {
    reader.Next();
    if (y == 0) {
      CheckMemory(plane_bytes, reader.path());
      image.grey = Plane<float>(width, height);
    }
    if (reader.colour() && !image.colour()) {
      CheckMemory(4 * plane_bytes, reader.path());
      for (Plane<float>& plane : image.rgb) plane = image.grey;
    }
    reader.Grey(image.grey.Row(y));
    if (!image.colour()) continue;
    for (int c = 0; c < 3; ++c) reader.Channel(c, image.rgb[c].Row(y));
  }
  return image;
}

void WriteImage(const std::filesystem::path& path, PlaneView<const float> grey, int bits) {
  Write(path, grey, nullptr, bits);
}

void WriteImage(const std::filesystem::path& path, PlaneView<const float> fused,
                const FileImage& colour, int bits) {
  Write(path, fused, colour.colour() ? &colour : nullptr, bits);
}

}  // namespace auif
