// PFM, floats with a header of text: "Pf" (grey) or "PF" (colours), the width, the height and the
// scale, whose sign says that the floats are little-endian (negative) or big-endian. The rows go
// from the bottom up.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "io/codecs/array.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void ThrowBroken(const fs::path& path) {
  throw Error(ErrorKind::kInput, "the PFM file is broken", path.string());
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Of the text, which goes on from there, the next word.
std::string_view NextWord(std::string_view text, std::size_t* at, const fs::path& path) {
  while (*at < text.size() && IsSpace(text[*at])) ++*at;
  const std::size_t begin = *at;
  while (*at < text.size() && !IsSpace(text[*at])) ++*at;
  // A word ends before a white space.
  if (*at == text.size()) text.size() < 256 ? ThrowCutShort(path) : ThrowBroken(path);
  return text.substr(begin, *at - begin);
}

template <typename T>
T NextNumber(std::string_view text, std::size_t* at, const fs::path& path) {
  const std::string_view word = NextWord(text, at, path);
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) ThrowBroken(path);
  return value;
}

class PfmWriter : public RowWriter {
 public:
  PfmWriter(const fs::path& path, const ImageShape& shape) : file_(path), shape_(shape) {
    const std::string header =
        std::string(shape.channels == 1 ? "Pf\n" : "PF\n") + std::to_string(shape.width) + " " +
        std::to_string(shape.height) +
        (std::endian::native == std::endian::little ? "\n-1.0\n" : "\n1.0\n");
    file_.Write(header.data(), header.size());
    start_ = header.size();
  }

  void WriteRow(const void* row) override {
    ++written_;
    file_.Seek(start_ + static_cast<std::uint64_t>(shape_.height - written_) * shape_.RowBytes());
    file_.Write(row, shape_.RowBytes());
  }
  void Finish() override { file_.Commit(); }

 private:
  OutputFile file_;
  ImageShape shape_;
  std::uint64_t start_ = 0;
  int written_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> OpenPfm(std::unique_ptr<InputFile> file) {
  const fs::path path = file->path();
  std::array<char, 256> start;
  const std::string_view text(start.data(), file->ReadAt(0, start.data(), start.size()));
  std::size_t at = 0;
  ArrayLayout layout;
  const std::string_view kind = NextWord(text, &at, path);
  if (kind != "Pf" && kind != "PF") ThrowBroken(path);
  layout.channels = kind == "Pf" ? 1 : 3;
  layout.width = NextNumber<int>(text, &at, path);
  layout.height = NextNumber<int>(text, &at, path);
  const auto scale = NextNumber<double>(text, &at, path);
  if (!std::isfinite(scale) || scale == 0) ThrowBroken(path);
  layout.numbers = {NumberType::kF32, scale > 0};
  layout.offset = at + 1;
  layout.order = ArrayLayout::Order::kRowsFromBottom;
  return std::make_unique<ArrayReader>(std::move(file), layout);
}

std::unique_ptr<RowWriter> CreatePfm(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<PfmWriter>(path, shape);
}

}  // namespace auif
