#include "io/codecs/oriented.h"

#include <cstring>
#include <utility>

namespace auif {
namespace {

namespace fs = std::filesystem;

class UprightReader : public RowReader {
 public:
  UprightReader(std::unique_ptr<RowReader> stored, const fs::path& path)
      : stored_(std::move(stored)), kind_(stored_->orientation()) {
    const ImageShape& from = stored_->shape();
    shape_ = from;
    range_ = stored_->range();
    pixel_bytes_ = from.RowBytes() / static_cast<std::size_t>(from.width);
    if (kind_ >= 5) std::swap(shape_.width, shape_.height);
    streams_ = kind_ == kMirrored && stored_->streams();
    std::uint64_t rows = 1;
    if (kind_ != kMirrored) {
      rows = static_cast<std::uint64_t>(from.height);
      // The product may be more than 64 bits hold.
      if (rows > PhysicalMemory() / from.RowBytes()) CheckMemory(~std::uint64_t{0}, path);
    }
    buffer_ = MakeBuffer(from.RowBytes() * rows, path);
    notes_.emplace_back("is turned upright, as its orientation tag says");
  }

  void ReadRow(void* row) override {
    const auto width = static_cast<std::size_t>(stored_->shape().width);
    const auto height = static_cast<std::size_t>(stored_->shape().height);
    if (kind_ == kMirrored) {
      stored_->ReadRow(buffer_.get());
    } else if (y_ == 0) {
      for (std::size_t y = 0; y < height; ++y) stored_->ReadRow(Pixel(0, y));
    }
    if (kind_ == kMirrored || y_ == 0) TakeNotes();
    // Where pixel (x, y) of the upright image is stored.
    const std::size_t y = kind_ == kMirrored ? 0 : y_;
    const bool across = kind_ == 2 || kind_ == 3 || kind_ == 7 || kind_ == 8,
               down = kind_ == 3 || kind_ == 4 || kind_ == 6 || kind_ == 7;
    auto* to = static_cast<std::uint8_t*>(row);
    for (std::size_t x = 0; x < static_cast<std::size_t>(shape_.width); ++x, to += pixel_bytes_) {
      const std::size_t column = kind_ >= 5 ? y : x, line = kind_ >= 5 ? x : y;
      std::memcpy(to, Pixel(across ? width - 1 - column : column, down ? height - 1 - line : line),
                  pixel_bytes_);
    }
    ++y_;
  }

 private:
  static constexpr int kMirrored = 2;

  std::uint8_t* Pixel(std::size_t x, std::size_t y) const {
    return buffer_.get() + y * stored_->shape().RowBytes() + x * pixel_bytes_;
  }
  void TakeNotes() {
    const std::vector<std::string>& notes = stored_->notes();
    for (; taken_ < notes.size(); ++taken_) notes_.push_back(notes[taken_]);
  }

  std::unique_ptr<RowReader> stored_;
  const int kind_;
  std::size_t pixel_bytes_ = 0;
  std::size_t y_ = 0, taken_ = 0;
  std::unique_ptr<std::uint8_t[]> buffer_;  // a row, or the stored image
};

}  // namespace

std::unique_ptr<RowReader> Upright(std::unique_ptr<RowReader> reader, const fs::path& path) {
  if (reader->orientation() == 1) return reader;
  return std::make_unique<UprightReader>(std::move(reader), path);
}

}  // namespace auif
