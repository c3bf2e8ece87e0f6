#include "io/codecs/array.h"

#include <algorithm>
#include <utility>

namespace auif {

SampleType SampleTypeOf(NumberType type) {
  return type == NumberType::kU8    ? SampleType::kUint8
         : type == NumberType::kU16 ? SampleType::kUint16
                                    : SampleType::kFloat;
}

void CopyNumbers(const NumberFormat& format, const std::uint8_t* from, std::size_t step,
                 std::size_t count, void* to, std::size_t to_step) {
  if (format.type == NumberType::kU8) {
    auto* samples = static_cast<std::uint8_t*>(to);
    for (std::size_t i = 0; i < count; ++i) samples[i * to_step] = from[i * step];
  } else if (format.type == NumberType::kU16) {
    auto* samples = static_cast<std::uint16_t*>(to);
    const int high = format.big_endian ? 0 : 1;
    for (std::size_t i = 0; i < count; ++i, from += step) {
      samples[i * to_step] = static_cast<std::uint16_t>(from[high] << 8 | from[1 - high]);
    }
  } else {
    auto* samples = static_cast<float*>(to);
    const std::size_t bytes = ByteSize(format.type);
    char little[8];
    for (std::size_t i = 0; i < count; ++i, from += step) {
      if (format.big_endian) {
        std::reverse_copy(from, from + bytes, little);
      } else {
        std::copy(from, from + bytes, little);
      }
      samples[i * to_step] = ReadNumber(format.type, little);
    }
  }
}

ArrayReader::ArrayReader(std::unique_ptr<InputFile> file, const ArrayLayout& layout)
    : file_(std::move(file)), layout_(layout) {
  shape_ = {layout.width, layout.height, layout.channels, SampleTypeOf(layout.numbers.type)};
  if (layout.width < 1 || layout.height < 1) {
    throw Error(ErrorKind::kInput, "the image has no pixels", file_->path().string());
  }
  const std::uint64_t row = layout.RowBytes(), height = static_cast<std::uint64_t>(layout.height);
  if (layout.offset > file_->size() || row > (file_->size() - layout.offset) / height) {
    ThrowCutShort(file_->path());
  }
  if (layout.order == ArrayLayout::Order::kColumns) {
    constexpr std::uint64_t kBand = std::uint64_t{4} << 20;
    band_rows_ = static_cast<int>(std::clamp<std::uint64_t>(kBand / row, 1, height));
  }
  buffer_ = MakeBuffer(row * static_cast<std::uint64_t>(band_rows_), file_->path());
}

void ArrayReader::ReadRow(void* row) {
  const std::size_t bytes = ByteSize(layout_.numbers.type);
  if (layout_.order == ArrayLayout::Order::kColumns) {
    if (y_ % band_rows_ == 0) ReadBand();
    const std::size_t pitch = bytes * static_cast<std::size_t>(band_rows_);
    for (int c = 0; c < shape_.channels; ++c) {
      CopyNumbers(
          layout_.numbers,
          buffer_.get() + static_cast<std::size_t>(y_ % band_rows_) * bytes +
              static_cast<std::size_t>(c) * static_cast<std::size_t>(shape_.width) * pitch,
          pitch, static_cast<std::size_t>(shape_.width),
          static_cast<std::uint8_t*>(row) + static_cast<std::size_t>(c) * SampleBytes(shape_.type),
          static_cast<std::size_t>(shape_.channels));
    }
  } else {
    const bool from_top = layout_.order == ArrayLayout::Order::kRowsFromTop;
    const auto stored = static_cast<std::uint64_t>(from_top ? y_ : shape_.height - 1 - y_);
    ReadExactly(*file_, layout_.offset + stored * layout_.RowBytes(), buffer_.get(),
                layout_.RowBytes());
    CopyNumbers(layout_.numbers, buffer_.get(), bytes, shape_.RowValues(), row, 1);
  }
  ++y_;
}

void ArrayReader::ReadBand() {
  const std::uint64_t bytes = ByteSize(layout_.numbers.type);
  const auto rows = static_cast<std::uint64_t>(std::min(band_rows_, shape_.height - y_));
  for (std::size_t column = 0; column < shape_.RowValues(); ++column) {
    const std::uint64_t first =
        static_cast<std::uint64_t>(y_) + static_cast<std::uint64_t>(shape_.height) * column;
    ReadExactly(*file_, layout_.offset + first * bytes,
                buffer_.get() + column * static_cast<std::uint64_t>(band_rows_) * bytes,
                rows * bytes);
  }
}

}  // namespace auif
