// Netpbm's PGM and PPM: a short text header and plain rows, so no library is needed.
#include <algorithm>
#include <bit>
#include <cctype>
#include <limits>
#include <string>
#include <utility>

#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class PnmReader : public RowReader {
 public:
  explicit PnmReader(std::unique_ptr<InputFile> file) : file_(std::move(file)) {
    NextByte();
    const int kind = NextByte();
    if (kind == '1' || kind == '4') ThrowNotRead(file_->path(), "1 bit per pixel (PBM)");
    text_ = kind == '2' || kind == '3';
    shape_.channels = kind == '3' || kind == '6' ? 3 : 1;
    shape_.width = NextNumber(std::numeric_limits<int>::max());
    shape_.height = NextNumber(std::numeric_limits<int>::max());
    largest_ = NextNumber(65535);
    if (largest_ < 1) Broken();
    shape_.type = largest_ > 255 ? SampleType::kUint16 : SampleType::kUint8;
    const std::uint64_t rows_at = position_ - (filled_ - used_) + 1;  // after one white space
    const std::uint64_t bytes = file_->size() - std::min(file_->size(), rows_at);
    // In a text, a value is a digit and a space, but for the last.
    const std::uint64_t row_bytes = text_ ? 2 * shape_.RowValues() : shape_.RowBytes();
    if (shape_.height > 0 && row_bytes > (bytes + text_) / shape_.height) {
      ThrowCutShort(file_->path());
    }
    if (!text_) position_ = rows_at;
  }

  void ReadRow(void* row) override {
    const std::size_t count = shape_.RowValues();
    if (text_) {
      for (std::size_t i = 0; i < count; ++i) Set(row, i, NextNumber(largest_));
    } else {
      ReadExactly(*file_, position_, row, shape_.RowBytes());
      position_ += shape_.RowBytes();
      if (shape_.type == SampleType::kUint16) {
        const auto* bytes = static_cast<const std::uint8_t*>(row);
        for (std::size_t i = 0; i < count; ++i) Set(row, i, bytes[2 * i] << 8 | bytes[2 * i + 1]);
      } else if (largest_ != 255) {
        for (std::size_t i = 0; i < count; ++i) Set(row, i, static_cast<std::uint8_t*>(row)[i]);
      }
    }
  }

 private:
  [[noreturn]] void Broken() const {
    throw Error(ErrorKind::kInput, "the PGM or PPM file is broken", file_->path().string());
  }

  // Scales, so that the format's largest value becomes that of 8 or 16 bits.
  void Set(void* row, std::size_t i, int value) const {
    if (value > largest_) Broken();
    const std::int64_t full = shape_.type == SampleType::kUint8 ? 255 : 65535;
    const std::int64_t scaled = (value * full + largest_ / 2) / largest_;
    if (shape_.type == SampleType::kUint8) {
      static_cast<std::uint8_t*>(row)[i] = static_cast<std::uint8_t>(scaled);
    } else {
      static_cast<std::uint16_t*>(row)[i] = static_cast<std::uint16_t>(scaled);
    }
  }

  int NextByte() {
    if (used_ == filled_) {
      used_ = 0;
      filled_ = file_->ReadAt(position_, buffer_, sizeof(buffer_));
      position_ += filled_;
      if (filled_ == 0) return -1;
    }
    return static_cast<unsigned char>(buffer_[used_++]);
  }

  // A decimal number after white space and comments. What follows it is left to be read.
  int NextNumber(int most) {
    int c = NextByte();
    while (c == '#' || std::isspace(c)) {
      if (c == '#') {
        while (c != '\n' && c != '\r' && c >= 0) c = NextByte();
      } else {
        c = NextByte();
      }
    }
    if (c < 0) ThrowCutShort(file_->path());
    if (!std::isdigit(c)) Broken();
    std::int64_t number = 0;
    for (; c >= 0 && std::isdigit(c); c = NextByte()) {
      number = 10 * number + (c - '0');
      if (number > most) Broken();
    }
    if (c >= 0) --used_;
    return static_cast<int>(number);
  }

  std::unique_ptr<InputFile> file_;
  bool text_ = false;
  int largest_ = 0;
  std::uint64_t position_ = 0;  // in the file, of the end of buffer_; then of the next row
  std::size_t used_ = 0, filled_ = 0;
  char buffer_[4096];
};

class PnmWriter : public RowWriter {
 public:
  PnmWriter(const fs::path& path, const ImageShape& shape)
      : file_(path), shape_(shape), row_(MakeBuffer(shape.RowBytes(), path)) {
    const std::string header = std::string(shape.channels == 1 ? "P5\n" : "P6\n") +
                               std::to_string(shape.width) + " " + std::to_string(shape.height) +
                               (shape.type == SampleType::kUint8 ? "\n255\n" : "\n65535\n");
    file_.Write(header.data(), header.size());
  }

  void WriteRow(const void* row) override {
    if (shape_.type == SampleType::kUint16) {
      const auto* from = static_cast<const std::uint16_t*>(row);
      for (std::size_t i = 0; i < shape_.RowValues(); ++i) {
        row_[2 * i] = static_cast<std::uint8_t>(from[i] >> 8);
        row_[2 * i + 1] = static_cast<std::uint8_t>(from[i]);
      }
      row = row_.get();
    }
    file_.Write(row, shape_.RowBytes());
  }
  void Finish() override { file_.Commit(); }

 private:
  OutputFile file_;
  ImageShape shape_;
  std::unique_ptr<std::uint8_t[]> row_;
};

}  // namespace

std::unique_ptr<RowReader> OpenPnm(std::unique_ptr<InputFile> file) {
  return std::make_unique<PnmReader>(std::move(file));
}

std::unique_ptr<RowWriter> CreatePnm(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<PnmWriter>(path, shape);
}

}  // namespace auif
