// NumPy's .npy files as images: arrays of shape (height, width), (height, width, 1) or (height,
// width, 3).
#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <utility>

#include "base/text.h"
#include "io/codecs/array.h"
#include "io/numpy_file.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

NumberFormat FormatOf(const std::string& descr, const std::string& where) {
  static constexpr std::pair<const char*, NumberType> kTypes[] = {
      {"u1", NumberType::kU8},  {"i1", NumberType::kI8},  {"u2", NumberType::kU16},
      {"i2", NumberType::kI16}, {"u4", NumberType::kU32}, {"i4", NumberType::kI32},
      {"i8", NumberType::kI64}, {"f2", NumberType::kF16}, {"f4", NumberType::kF32},
      {"f8", NumberType::kF64}};
  for (const auto& [name, type] : kTypes) {
    if (descr.substr(std::min<std::size_t>(descr.size(), 1)) != name) continue;
    if (descr[0] == '<' || descr[0] == '>') return {type, descr[0] == '>'};
    if (descr[0] == '|' && ByteSize(type) == 1) return {type, false};
  }
  throw Error(ErrorKind::kInput, "arrays of NumPy's type " + Printable(descr) + " are not read",
              where, "convert it, such as with array.astype('float32')");
}

ArrayLayout LayoutOf(const NpyHeader& header, const std::string& where) {
  const auto& shape = header.shape;
  const bool image = shape.size() == 2 || (shape.size() == 3 && (shape[2] == 1 || shape[2] == 3));
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (!image || shape[0] > kMost || shape[1] > kMost) {
    throw Error(ErrorKind::kInput, "an array of shape " + ShapeText(shape) + " is no image", where,
                "the shape of one is (height, width) or (height, width, 3)");
  }
  ArrayLayout layout;
  layout.height = static_cast<int>(shape[0]);
  layout.width = static_cast<int>(shape[1]);
  layout.channels = shape.size() == 3 ? static_cast<int>(shape[2]) : 1;
  layout.numbers = FormatOf(header.descr, where);
  layout.offset = header.size;
  if (header.fortran) layout.order = ArrayLayout::Order::kColumns;
  return layout;
}

class NpyWriter : public RowWriter {
 public:
  NpyWriter(const fs::path& path, const ImageShape& shape)
      : file_(path), row_bytes_(shape.RowBytes()) {
    const std::string order = shape.type == SampleType::kUint8             ? "|"
                              : std::endian::native == std::endian::little ? "<"
                                                                           : ">";
    const std::string header = WriteNpyHeader(
        order + (shape.type == SampleType::kFloat ? "f" : "u") +
            std::to_string(SampleBytes(shape.type)),
        shape.channels == 1 ? std::vector<std::int64_t>{shape.height, shape.width}
                            : std::vector<std::int64_t>{shape.height, shape.width, shape.channels});
    file_.Write(header.data(), header.size());
  }

  void WriteRow(const void* row) override { file_.Write(row, row_bytes_); }
  void Finish() override { file_.Commit(); }

 private:
  OutputFile file_;
  std::size_t row_bytes_;
};

}  // namespace

std::unique_ptr<RowReader> OpenNpy(std::unique_ptr<InputFile> file) {
  const std::string where = file->path().string();
  // Headers of images have 128 bytes.
  std::string start(std::size_t{1} << 12, '\0');
  start.resize(file->ReadAt(0, start.data(), start.size()));
  const ArrayLayout layout = LayoutOf(ParseNpyHeader(start, where), where);
  return std::make_unique<ArrayReader>(std::move(file), layout);
}

std::unique_ptr<RowWriter> CreateNpy(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<NpyWriter>(path, shape);
}

}  // namespace auif
