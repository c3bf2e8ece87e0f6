#include "io/image_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/image_file.h"

namespace auif {
namespace {

constexpr std::array<double, 3> kLuma = {0.299, 0.587, 0.114};  // R, G, B (BT.601)

// Calls f with the row as 8- or 16-bit integers.
template <typename F>
void WithType(int bits, std::uint8_t* row, const F& f) {
  if (bits == 8) {
    f(row);
  } else {
    f(reinterpret_cast<std::uint16_t*>(row));
  }
}

template <typename T>
bool IsGrey(const T* row, int width) {
  for (int x = 0; x < width; ++x, row += 3) {
    if (row[0] != row[1] || row[0] != row[2]) return false;
  }
  return true;
}

// The division rounds as a reader of the published code would: v / 255.
template <typename T>
float ToFloat(T value) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  return static_cast<float>(value) / kLargest;
}

template <typename T>
void Quantise(float value, T* to) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  *to = static_cast<T>(std::lrint(std::clamp(value, 0.0f, 1.0f) * kLargest));
}

}  // namespace

ImageReader::ImageReader(const std::filesystem::path& path)
    : path_(path), reader_(OpenImage(path)), row_(MakeBuffer(shape().RowBytes(), path)) {}

void ImageReader::Next() {
  reader_->ReadRow(row_.get());
  if (shape().channels == 1 || colour_) return;
  WithType(shape().bits, row_.get(), [&](auto* row) { colour_ = !IsGrey(row, shape().width); });
}

void ImageReader::Grey(float* to) const {
  if (!colour_) return Channel(0, to);
  WithType(shape().bits, row_.get(), [&](const auto* row) {
    for (int x = 0; x < shape().width; ++x, row += 3) {
      double luma = 0;
      for (int c = 0; c < 3; ++c) luma += kLuma[c] * ToFloat(row[c]);
      to[x] = static_cast<float>(luma);
    }
  });
}

void ImageReader::Channel(int channel, float* to) const {
  const int channels = shape().channels;
  WithType(shape().bits, row_.get(), [&](const auto* row) {
    if (channels == 3) row += channel;
    for (int x = 0; x < shape().width; ++x) to[x] = ToFloat(row[x * channels]);
  });
}

bool HasColour(const std::filesystem::path& path) {
  ImageReader reader(path);
  if (reader.shape().channels == 1) return false;
  for (int y = 0; y < reader.shape().height && !reader.colour(); ++y) reader.Next();
  return reader.colour();
}

ImageWriter::ImageWriter(const std::filesystem::path& path, int width, int height, bool colour,
                         int bits) {
  CheckImageFormat(path, bits);
  const int only = FindImageFormat(path)->only_channels;
  colour_ = colour && only != 1;
  shape_ = {width, height, colour_ || only == 3 ? 3 : 1, bits};
  row_ = MakeBuffer(shape_.RowBytes(), path);
  writer_ = CreateImage(path, shape_);
}

void ImageWriter::WriteRow(const float* grey) {
  WithType(shape_.bits, row_.get(), [&](auto* to) {
    for (int x = 0; x < shape_.width; ++x) {
      for (int c = 0; c < shape_.channels; ++c) Quantise(grey[x], to++);
    }
  });
  writer_->WriteRow(row_.get());
}

// Cb and Cr are differences to the luma: keeping them adds the luma's change to each channel.
void ImageWriter::WriteRow(const float* fused, const float* grey,
                           const std::array<const float*, 3>& rgb) {
  if (!colour_) return WriteRow(fused);
  WithType(shape_.bits, row_.get(), [&](auto* to) {
    for (int x = 0; x < shape_.width; ++x) {
      const float change = fused[x] - grey[x];
      for (int c = 0; c < 3; ++c) Quantise(rgb[c][x] + change, to++);
    }
  });
  writer_->WriteRow(row_.get());
}

}  // namespace auif
