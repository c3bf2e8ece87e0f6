// WebP through libwebp: still images. The container is RIFF: chunks of a name of four letters, a
// size in 32 bits, low byte first, and data padded to an even size.
#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <span>

#include <string_view>
#include <utility>

#include "io/bytes.h"
#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"
#include "io/codecs/exif.h"

namespace auif {
namespace {

class WebpReader : public RowReader {
 public:
  explicit WebpReader(std::unique_ptr<InputFile> file)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "WebP") {
    streams_ = false;
    std::uint8_t header[12];
    ReadExactly(*file_, 0, header, sizeof(header));
    if (std::memcmp(header + 8, "WEBP", 4) != 0) Fail("RIFF without WEBP");
    const std::uint64_t size = std::uint64_t{LittleEndian(header + 4, 4)} + 8;
    if (size > file_->size()) ThrowCutShort(file_->path());
    bytes_ = MakeBuffer(size, file_->path());
    size_ = static_cast<std::size_t>(size);
    ReadExactly(*file_, 0, bytes_.get(), size_);
    WebPBitstreamFeatures features;
    Check(WebPGetFeatures(bytes_.get(), size_, &features));
    if (features.has_animation != 0) ThrowNotRead(file_->path(), "several WebP frames");
    // A canvas may be larger, but not what a still image is decoded to: 14 bits.
    constexpr int kMostPixels = 16383;
    if (features.width > kMostPixels || features.height > kMostPixels) {
      Fail("more pixels than the format holds");
    }
    shape_ = {features.width, features.height, 3, SampleType::kUint8};
    if (features.has_alpha != 0) notes_.emplace_back("its alpha channel is dropped");
    ReadTags();
  }

  void ReadRow(void* row) override {
    if (!rows_) Decode();
    std::memcpy(row, rows_.get() + y_++ * shape_.RowBytes(), shape_.RowBytes());
  }

 private:
  [[noreturn]] void Fail(const char* message) {
    errors_.Note(message);
    errors_.Throw();
  }
  void Check(VP8StatusCode status) {
    switch (status) {
      case VP8_STATUS_OK:
        return;
      case VP8_STATUS_NOT_ENOUGH_DATA:
      case VP8_STATUS_SUSPENDED:
        ThrowCutShort(file_->path());
      case VP8_STATUS_OUT_OF_MEMORY:
        Fail("out of memory");
      default:
        Fail("its data cannot be decoded");
    }
  }

  void ReadTags() {
    for (std::size_t at = 12; size_ - at >= 8;) {
      const std::string_view name(reinterpret_cast<const char*>(bytes_.get()) + at, 4);
      const std::size_t size = LittleEndian(bytes_.get() + at + 4, 4);
      at += 8;
      if (size > size_ - at) return;
      const std::span<const std::uint8_t> data(bytes_.get() + at, size);
      if (name == "EXIF") orientation_ = ExifOrientation(data);
      if (name == "ICCP") {
        std::string note = ProfileNote(data);
        if (!note.empty()) notes_.push_back(std::move(note));
      }
      at += std::min(size_ - at, size + size % 2);
    }
  }

  void Decode() {
    const std::size_t stride = shape_.RowBytes();
    const std::size_t size = stride * static_cast<std::size_t>(shape_.height);
    rows_ = MakeBuffer(size, file_->path());
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0) Fail("the library is of another version");
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {rows_.get(), static_cast<int>(stride), size};
    Check(WebPDecode(bytes_.get(), size_, &config));
    bytes_.reset();
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  std::unique_ptr<std::uint8_t[]> bytes_;  // the file, until it is decoded
  std::size_t size_ = 0;
  std::unique_ptr<std::uint8_t[]> rows_;
  std::size_t y_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> OpenWebp(std::unique_ptr<InputFile> file) {
  return std::make_unique<WebpReader>(std::move(file));
}

}  // namespace auif
