// A .npy file: 6 bytes of magic, the version (2 bytes), the length of the header (2 bytes, from
// version 2 on 4), the header, which is a Python dict such as
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (32, 1, 3, 3), }
//
// and the numbers.
#include "io/numpy_file.h"

#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "io/zip_archive.h"

namespace auif {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x93NUMPY"sv;
constexpr std::string_view kEnding = ".npy";
constexpr std::uint64_t kMaxTotalBytes = std::uint64_t{1} << 28;
constexpr std::size_t kMaxDimensions = 32;  // NumPy's own limit

// The header's dict, which has these three keys in any order.
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& where) : text_(text), where_(where) {
    std::set<std::string_view> keys;
    Expect("{");
    while (!Skip("}")) {
      const std::string_view key = Quoted();
      if (!keys.insert(key).second) Fail();
      Expect(":");
      if (key == "descr") {
        header.descr = Quoted();
      } else if (key == "fortran_order") {
        header.fortran = Skip("True");
        if (!header.fortran) Expect("False");
      } else if (key == "shape") {
        ReadShape();
      } else {
        Fail();
      }
      if (!Skip(",")) {
        Expect("}");
        break;
      }
    }
    SkipSpace();
    if (!text_.empty() || keys.size() != 3) Fail();
  }

  NpyHeader header;

 private:
  [[noreturn]] void Fail() const {
    throw Error(ErrorKind::kInput, "the array's header is broken", where_,
                "the file may be damaged");
  }
  void SkipSpace() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool Skip(std::string_view token) {
    SkipSpace();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  void Expect(std::string_view token) {
    if (!Skip(token)) Fail();
  }
  std::string_view Quoted() {
    Expect("'");
    const std::size_t end = text_.find('\'');
    if (end == std::string_view::npos) Fail();
    const std::string_view quoted = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return quoted;
  }
  void ReadShape() {
    Expect("(");
    while (!Skip(")")) {
      SkipSpace();
      std::int64_t extent = -1;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), extent);
      if (error != std::errc() || extent < 0 || header.shape.size() == kMaxDimensions) Fail();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      Skip("L");  // Python 2
      header.shape.push_back(extent);
      if (!Skip(",")) {
        Expect(")");
        break;
      }
    }
  }

  std::string_view text_;
  const std::string& where_;
};

std::optional<NumberType> FloatType(std::string_view descr) {
  if (descr == "<f2") return NumberType::kF16;
  if (descr == "<f4") return NumberType::kF32;
  if (descr == "<f8") return NumberType::kF64;
  return std::nullopt;
}

class NpzFile : public TensorFile {
 public:
  explicit NpzFile(const std::filesystem::path& path) {
    const std::string where = path.string();
    const ZipArchive archive(path);
    std::uint64_t left = kMaxTotalBytes;
    for (const std::string& name : archive.Names()) {
      if (!name.ends_with(kEnding)) continue;
      const std::string bytes = archive.Read(name, left);
      left -= bytes.size();
      const std::string array = name.substr(0, name.size() - kEnding.size());
      const auto [entry, added] =
          tensors_.emplace(array, ParseNpy(bytes, where + ": " + Printable(name)));
      if (!added) throw Error(ErrorKind::kInput, "has " + Printable(name) + " twice", where);
      shapes_[array] = entry->second.shape;
    }
  }
  TensorFormat format() const override { return TensorFormat::kNumpy; }
  Tensor Read(const std::string& name) const override { return tensors_.at(name); }

 private:
  TensorMap tensors_;
};

}  // namespace

NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& where) {
  const auto fail = [&where](const std::string& message) {
    throw Error(ErrorKind::kInput, message, where);
  };
  const std::size_t version_end = kMagic.size() + 2;
  if (!bytes.starts_with(kMagic) || bytes.size() < version_end + 4)
    fail("is not an array of NumPy");
  const int version = static_cast<unsigned char>(bytes[kMagic.size()]);
  if (version < 1 || version > 3) fail("has an unknown version of NumPy's format");
  const std::size_t start = version_end + (version == 1 ? 2 : 4);
  const std::uint64_t length = version == 1
                                   ? LoadLittleEndian<std::uint16_t>(bytes.data() + version_end)
                                   : LoadLittleEndian<std::uint32_t>(bytes.data() + version_end);
  if (length > bytes.size() - start) fail("the array is cut off");
  NpyHeader header = HeaderText(bytes.substr(start, length), where).header;
  header.size = start + length;
  return header;
}

std::string WriteNpyHeader(const std::string& descr, const std::vector<std::int64_t>& shape) {
  std::string dict =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + ShapeText(shape) + ", }";
  // The numbers begin at a multiple of 64 bytes, after a new line.
  const std::size_t start = kMagic.size() + 4;
  dict.append(63 - (start + dict.size()) % 64, ' ');
  dict += '\n';
  std::string header = std::string(kMagic) + '\x01' + '\0';
  AppendLittleEndian(static_cast<std::uint16_t>(dict.size()), &header);
  return header + dict;
}

Tensor ParseNpy(std::string_view bytes, const std::string& where) {
  const auto fail = [&where](const std::string& message) {
    throw Error(ErrorKind::kInput, message, where);
  };
  const NpyHeader header = ParseNpyHeader(bytes, where);
  const std::string_view data = bytes.substr(header.size);

  const std::optional<NumberType> type = FloatType(header.descr);
  if (!type) {
    fail("has NumPy's number type " + Printable(header.descr) + ", not one of <f2, <f4, <f8");
  }
  const std::uint64_t count = CountNumbers(header.shape, "the array", where);
  if (header.fortran && header.shape.size() > 1) fail("is in Fortran's order, not in C's");
  if (data.size() != count * ByteSize(*type)) {
    fail("has " + std::to_string(data.size()) + " bytes of numbers, but " +
         ShapeText(header.shape) + " needs " + std::to_string(count * ByteSize(*type)));
  }
  Tensor tensor{header.shape, std::vector<float>(count)};
  const char* source = data.data();
  for (float& value : tensor.values) {
    value = ReadNumber(*type, source);
    source += ByteSize(*type);
  }
  return tensor;
}

std::unique_ptr<TensorFile> OpenNpz(const std::filesystem::path& path) {
  return std::make_unique<NpzFile>(path);
}

}  // namespace auif
