// BMP without compression: a header and plain rows from the bottom up. Libraries for it either pull
// in much else or fill what is missing of a short file.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "io/bytes.h"
#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// Rows are padded to whole 32-bit words.
std::uint64_t RowPitch(std::uint64_t width, int bits_a_pixel) {
  return (width * bits_a_pixel + 31) / 32 * 4;
}

constexpr int kFileHeader = 14;
constexpr int kInfoHeader = 40;

class BmpReader : public RowReader {
 public:
  explicit BmpReader(std::unique_ptr<InputFile> file) : file_(std::move(file)) {
    std::uint8_t header[kFileHeader + kInfoHeader] = {};
    ReadExactly(*file_, 0, header, kFileHeader + 4);
    const std::uint8_t* info = header + kFileHeader;
    offset_ = LittleEndian(header + 10, 4);
    const std::uint32_t info_size = LittleEndian(info, 4);
    std::uint32_t compression = 0, colours = 0;
    int entry_bytes = 4;
    std::int64_t height;
    if (info_size == 12) {  // of OS/2
      ReadExactly(*file_, 0, header, kFileHeader + 12);
      shape_.width = static_cast<int>(LittleEndian(info + 4, 2));
      height = LittleEndian(info + 6, 2);
      pixel_bits_ = static_cast<int>(LittleEndian(info + 10, 2));
      entry_bytes = 3;
    } else if (info_size >= kInfoHeader && info_size <= 124) {
      ReadExactly(*file_, 0, header, sizeof(header));
      shape_.width = static_cast<std::int32_t>(LittleEndian(info + 4, 4));
      height = static_cast<std::int32_t>(LittleEndian(info + 8, 4));
      pixel_bits_ = static_cast<int>(LittleEndian(info + 14, 2));
      compression = LittleEndian(info + 16, 4);
      colours = LittleEndian(info + 32, 4);
    } else {
      Broken("a header of " + std::to_string(info_size) + " bytes");
    }
    bottom_up_ = height >= 0;
    height = std::abs(height);
    if (shape_.width < 1 || height < 1 || height > std::numeric_limits<int>::max()) {
      Broken("a size of " + std::to_string(shape_.width) + "x" + std::to_string(height));
    }
    shape_.height = static_cast<int>(height);
    constexpr std::uint32_t kPlain = 0, kBitFields = 3, kAlphaBitFields = 6;
    const bool fields = compression == kBitFields || compression == kAlphaBitFields;
    if (compression != kPlain && !fields) ThrowNotRead(file_->path(), "compressed BMP data");

    if (pixel_bits_ == 1 || pixel_bits_ == 4 || pixel_bits_ == 8) {
      if (fields) Broken("bit masks for a palette");
      ReadPalette(kFileHeader + info_size, colours, entry_bytes);
    } else if (pixel_bits_ == 16 || pixel_bits_ == 32) {
      masks_ = pixel_bits_ == 16 ? std::array{0x7c00u, 0x03e0u, 0x001fu}
                                 : std::array{0xff0000u, 0xff00u, 0xffu};
      if (fields) {
        std::uint8_t masks[12];
        ReadExactly(*file_, kFileHeader + kInfoHeader, masks, sizeof(masks));
        for (int c = 0; c < 3; ++c) masks_[c] = LittleEndian(masks + 4 * c, 4);
      }
      if (masks_[0] == 0 || masks_[1] == 0 || masks_[2] == 0) Broken("an empty bit mask");
      shape_.channels = 3;
    } else if (pixel_bits_ == 24 && !fields) {
      shape_.channels = 3;
    } else {
      Broken(std::to_string(pixel_bits_) + " bits per pixel");
    }

    pitch_ = RowPitch(static_cast<std::uint64_t>(shape_.width), pixel_bits_);
    const std::uint64_t bytes = file_->size() - std::min<std::uint64_t>(file_->size(), offset_);
    if (pitch_ > bytes / static_cast<std::uint64_t>(height)) ThrowCutShort(file_->path());
    row_ = MakeBuffer(pitch_, file_->path());
  }

  void ReadRow(void* row) override {
    const std::uint64_t stored = bottom_up_ ? shape_.height - 1 - y_ : y_;
    ++y_;
    ReadExactly(*file_, offset_ + stored * pitch_, row_.get(), pitch_);
    auto* to = static_cast<std::uint8_t*>(row);
    if (pixel_bits_ <= 8) return FromPalette(to);
    if (pixel_bits_ == 24) {
      for (std::size_t i = 0; i < shape_.RowValues(); i += 3) {
        for (int c = 0; c < 3; ++c) to[i + c] = row_[i + 2 - c];
      }
      return;
    }
    const int bytes = pixel_bits_ / 8;
    for (int x = 0; x < shape_.width; ++x) {
      const std::uint32_t pixel = LittleEndian(row_.get() + std::size_t(x) * bytes, bytes);
      for (int c = 0; c < 3; ++c) *to++ = Field(pixel, masks_[c]);
    }
  }

 private:
  [[noreturn]] void Broken(const std::string& what) const {
    throw Error(ErrorKind::kInput, "the BMP file is broken: it has " + what,
                file_->path().string());
  }

  // The part of a pixel that the mask selects, scaled to 0...255.
  static std::uint8_t Field(std::uint32_t pixel, std::uint32_t mask) {
    const int shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
    return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
  }

  void ReadPalette(std::uint32_t at, std::uint32_t colours, int entry_bytes) {
    const std::uint32_t most = 1u << pixel_bits_;
    if (colours == 0) colours = most;
    if (colours > most) Broken("a palette of " + std::to_string(colours) + " colours");
    // Old writers leave palettes shorter than they say.
    if (offset_ > at) colours = std::min(colours, (offset_ - at) / entry_bytes);
    std::uint8_t entries[4 * 256];
    ReadExactly(*file_, at, entries, std::size_t{colours} * entry_bytes);
    for (std::uint32_t i = 0; i < colours; ++i) {
      for (int c = 0; c < 3; ++c) palette_[i][c] = entries[i * entry_bytes + 2 - c];
      if (palette_[i][0] != palette_[i][1] || palette_[i][0] != palette_[i][2]) {
        shape_.channels = 3;
      }
    }
  }

  void FromPalette(std::uint8_t* to) const {
    const int mask = (1 << pixel_bits_) - 1;
    for (int x = 0; x < shape_.width; ++x) {
      const std::uint64_t bit = std::uint64_t(x) * pixel_bits_;
      const int index = row_[bit / 8] >> (8 - pixel_bits_ - bit % 8) & mask;
      std::memcpy(to, palette_[index].data(), shape_.channels);
      to += shape_.channels;
    }
  }

  std::unique_ptr<InputFile> file_;
  std::uint32_t offset_ = 0;  // of the lowest row
  std::uint64_t pitch_ = 0;
  int pixel_bits_ = 0;
  bool bottom_up_ = true;
  int y_ = 0;
  std::array<std::uint32_t, 3> masks_{};
  std::array<std::array<std::uint8_t, 3>, 256> palette_{};  // black where the file has no entry
  std::unique_ptr<std::uint8_t[]> row_;
};

// Some programs read rows from the bottom up only, so each row is put into its place.
class BmpWriter : public RowWriter {
 public:
  BmpWriter(const fs::path& path, const ImageShape& shape)
      : file_(path),
        shape_(shape),
        pitch_(RowPitch(static_cast<std::uint64_t>(shape.width), 8 * shape.channels)),
        row_(MakeBuffer(pitch_, path)) {
    std::memset(row_.get(), 0, pitch_);
    const int colours = shape.channels == 1 ? 256 : 0;
    offset_ = kFileHeader + kInfoHeader + 4 * colours;
    const std::uint64_t size = offset_ + pitch_ * static_cast<std::uint64_t>(shape.height);
    if (size > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(ErrorKind::kOutput, "the image is too large for a BMP file (4 GiB)",
                  path.string(), "use .png, .tif or .pgm");
    }
    Put('B' | 'M' << 8, 2);
    Put(static_cast<std::uint32_t>(size), 4);
    Put(0, 4);
    Put(offset_, 4);
    Put(kInfoHeader, 4);
    Put(static_cast<std::uint32_t>(shape.width), 4);
    Put(static_cast<std::uint32_t>(shape.height), 4);
    Put(1, 2);  // planes
    Put(static_cast<std::uint32_t>(8 * shape.channels), 2);
    Put(0, 4);  // no compression
    Put(static_cast<std::uint32_t>(size - offset_), 4);
    Put(0, 4);  // no pixels a metre
    Put(0, 4);
    Put(static_cast<std::uint32_t>(colours), 4);
    Put(0, 4);  // all are important
    for (int i = 0; i < colours; ++i) Put(static_cast<std::uint32_t>(i * 0x10101), 4);
  }

  void WriteRow(const void* row) override {
    const auto* from = static_cast<const std::uint8_t*>(row);
    if (shape_.channels == 1) {
      std::memcpy(row_.get(), from, shape_.RowBytes());
    } else {
      for (std::size_t i = 0; i < shape_.RowValues(); i += 3) {
        for (int c = 0; c < 3; ++c) row_[i + c] = from[i + 2 - c];
      }
    }
    ++y_;
    file_.Seek(offset_ + static_cast<std::uint64_t>(shape_.height - y_) * pitch_);
    file_.Write(row_.get(), pitch_);
  }
  void Finish() override { file_.Commit(); }

 private:
  void Put(std::uint32_t value, int bytes) {
    char little[4];
    for (int i = 0; i < 4; ++i) little[i] = static_cast<char>(value >> 8 * i);
    file_.Write(little, static_cast<std::size_t>(bytes));
  }

  OutputFile file_;
  ImageShape shape_;
  std::uint64_t pitch_;
  std::unique_ptr<std::uint8_t[]> row_;
  std::uint32_t offset_ = 0;
  int y_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> OpenBmp(std::unique_ptr<InputFile> file) {
  return std::make_unique<BmpReader>(std::move(file));
}

std::unique_ptr<RowWriter> CreateBmp(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<BmpWriter>(path, shape);
}

}  // namespace auif
