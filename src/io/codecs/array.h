// Images whose numbers stand in a file one after the other: .npy, PFM and raw samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/codecs/codec.h"
#include "io/tensor.h"

namespace auif {

struct NumberFormat {
  NumberType type = NumberType::kU8;
  bool big_endian = false;
};

// The samples that hold such numbers: unsigned integers of 8 and 16 bits stay what they are, all
// others become floats.
SampleType SampleTypeOf(NumberType type);
// Copies numbers that are `step` bytes apart to every `to_step`-th sample of SampleTypeOf(). Values
// that a float cannot hold are rounded; those beyond its range become infinite.
void CopyNumbers(const NumberFormat& format, const std::uint8_t* from, std::size_t step,
                 std::size_t count, void* to, std::size_t to_step);

struct ArrayLayout {
  int width = 0, height = 0;
  int channels = 1;  // side by side, but for kColumns
  NumberFormat numbers;
  std::uint64_t offset = 0;  // of the first number
  // kColumns: the value of channel c at (x, y) is number y + height (x + width c).
  enum class Order { kRowsFromTop, kRowsFromBottom, kColumns } order = Order::kRowsFromTop;

  std::uint64_t RowBytes() const {
    return std::uint64_t(width) * std::uint64_t(channels) * ByteSize(numbers.type);
  }
};

class ArrayReader : public RowReader {
 public:
  // Throws Error (kInput) where the file has not that many numbers.
  ArrayReader(std::unique_ptr<InputFile> file, const ArrayLayout& layout);

  void ReadRow(void* row) override;

 private:
  void ReadBand();

  std::unique_ptr<InputFile> file_;
  ArrayLayout layout_;
  int y_ = 0;
  // A row as it is in the file; of columns a band of rows, one column after the other.
  std::unique_ptr<std::uint8_t[]> buffer_;
  int band_rows_ = 1;
};

}  // namespace auif
