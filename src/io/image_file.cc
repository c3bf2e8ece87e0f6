#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "auif/io.h"
#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// What a plane of the image takes: its rows start at multiples of 64 bytes.
std::uint64_t PlaneBytes(const ImageSpec& spec) {
  constexpr std::uint64_t kAlignment = Plane<std::uint8_t>::kAlignment;
  const std::uint64_t row = SampleBytes(spec.type) * static_cast<std::uint64_t>(spec.size.width);
  return (row + kAlignment - 1) / kAlignment * kAlignment *
         static_cast<std::uint64_t>(spec.size.height);
}

// Calls f with a pointer to the row's samples.
template <typename F>
void WithType(SampleType type, std::uint8_t* row, const F& f) {
  if (type == SampleType::kUint8) {
    f(row);
  } else if (type == SampleType::kUint16) {
    f(reinterpret_cast<std::uint16_t*>(row));
  } else {
    f(reinterpret_cast<float*>(row));
  }
}

void CheckRow(const Image& image, int y, const ImageSpec& spec) {
  if (image.width() == spec.size.width && image.channels() == spec.channels &&
      image.type() == spec.type && y >= 0 && y < image.height()) {
    return;
  }
  throw Error(ErrorKind::kUsage, "the rows of the image are not those of the file", spec.source);
}

}  // namespace

struct ImageReader::Impl {
  Impl(std::unique_ptr<RowReader> opened, const fs::path& path) : rows(std::move(opened)) {
    const ImageShape& shape = rows->shape();
    spec.size = {shape.width, shape.height};
    spec.channels = shape.channels;
    spec.type = shape.type;
    spec.range = rows->range();
    spec.source = path.string();
    row = MakeBuffer(shape.RowBytes(), path);
    rows->ReadRow(row.get());
  }

  ImageSpec spec;
  std::unique_ptr<RowReader> rows;
  std::unique_ptr<std::uint8_t[]> row;  // interleaved
  int read = 0;
};

ImageReader::ImageReader(const fs::path& path, const ReadOptions& options)
    : impl_(std::make_unique<Impl>(OpenImage(path, options), path)) {}
ImageReader::ImageReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ImageReader::~ImageReader() = default;
ImageReader::ImageReader(ImageReader&&) noexcept = default;
ImageReader& ImageReader::operator=(ImageReader&&) noexcept = default;

const ImageSpec& ImageReader::spec() const { return impl_->spec; }
const std::vector<std::string>& ImageReader::notes() const { return impl_->rows->notes(); }

void ImageReader::ReadRow(Image* to, int y) {
  const ImageSpec& spec = impl_->spec;
  CheckRow(*to, y, spec);
  if (impl_->read == spec.size.height) {
    throw Error(ErrorKind::kUsage, "all rows have been read", spec.source);
  }
  if (impl_->read > 0) impl_->rows->ReadRow(impl_->row.get());
  ++impl_->read;
  WithType(spec.type, impl_->row.get(), [&]<typename T>(const T* row) {
    for (int c = 0; c < spec.channels; ++c) {
      T* samples = to->View<T>(c).Row(y);
      for (int x = 0; x < spec.size.width; ++x) samples[x] = row[x * spec.channels + c];
    }
  });
}

Image ImageReader::ReadRest() {
  ImageSpec rest = impl_->spec;
  rest.size.height -= impl_->read;
  CheckMemory(PlaneBytes(rest) * static_cast<std::uint64_t>(rest.channels), rest.source);
  Image image(rest);
  for (int y = 0; y < image.height(); ++y) ReadRow(&image, y);
  return image;
}

struct ImageWriter::Impl {
  Impl(const fs::path& path, const ImageSpec& wanted, const ImageFormat& format) : spec(wanted) {
    shape = {spec.size.width, spec.size.height, spec.channels, spec.type};
    if (format.only_channels != 0) shape.channels = format.only_channels;
    spec.source = path.string();
    row = MakeBuffer(shape.RowBytes(), path);
    rows = format.create(path, shape);
  }

  ImageSpec spec;    // of the rows that come
  ImageShape shape;  // of the file
  std::unique_ptr<std::uint8_t[]> row;
  std::unique_ptr<RowWriter> rows;
};

ImageWriter::ImageWriter(const fs::path& path, const ImageSpec& spec)
    : ImageWriter(path, spec, FormatFor(path, spec.type)) {}
ImageWriter::ImageWriter(const fs::path& path, const ImageSpec& spec, const ImageFormat& format)
    : impl_(std::make_unique<Impl>(path, spec, format)) {}
ImageWriter::~ImageWriter() = default;
ImageWriter::ImageWriter(ImageWriter&&) noexcept = default;
ImageWriter& ImageWriter::operator=(ImageWriter&&) noexcept = default;

void ImageWriter::WriteRow(const Image& from, int y) {
  const ImageSpec& spec = impl_->spec;
  CheckRow(from, y, spec);
  WithType(spec.type, impl_->row.get(), [&]<typename T>(T* row) {
    const int channels = impl_->shape.channels;
    if (channels < spec.channels) {
      if constexpr (std::same_as<T, float>) {
        from.GreyRow(y, row);
      } else {
        from.GreyRowAs(y, row);
      }
      return;
    }
    for (int c = 0; c < channels; ++c) {
      const T* samples = from.View<T>(c < spec.channels ? c : 0).Row(y);
      for (int x = 0; x < spec.size.width; ++x) row[x * channels + c] = samples[x];
    }
  });
  impl_->rows->WriteRow(impl_->row.get());
}

void ImageWriter::Finish() { impl_->rows->Finish(); }

Image ReadImage(std::unique_ptr<InputFile> file) {
  const fs::path path = file->path();
  return ImageReader(std::make_unique<ImageReader::Impl>(OpenImage(std::move(file)), path))
      .ReadRest();
}

Image ReadImage(const fs::path& path, const ReadOptions& options) {
  return ImageReader(path, options).ReadRest();
}

void WriteImage(const fs::path& path, const Image& image) {
  if (image.empty()) throw Error(ErrorKind::kUsage, "the image is empty", path.string());
  const ImageFormat* format = FindImageFormat(path);
  if (image.type() == SampleType::kFloat && format != nullptr && !format->Holds(image.type())) {
    return WriteImage(path, image.As(SampleType::kUint8));
  }
  ImageWriter writer(path, image.spec());
  for (int y = 0; y < image.height(); ++y) writer.WriteRow(image, y);
  writer.Finish();
}

void CheckImageFormat(const fs::path& path, SampleType type) { FormatFor(path, type); }

}  // namespace auif
