// The table is LevelDB's. At its end:
//
//   footer   places of the meta index and the index (a place: offset and size, two varints), zeros
//            up to 40 bytes, and 8 bytes of magic
//
// A place is that of a block, which is followed by its compression (1 byte) and the masked CRC-32C
// of both (4 bytes). A block has entries in the order of their keys, and at its end places of some
// entries, for searching, with their count:
//
//   entry    varints: bytes that the key shares with the one before it, bytes of the key's rest,
//            bytes of the value; then the rest and the value
//
// Values of the index are the places of the blocks that hold the variables. The key "" comes first,
// its value a BundleHeaderProto; the other values are BundleEntryProto (tensor_bundle.proto).
#include "io/tensorflow_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/crc32c.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 26;
constexpr std::size_t kMaxVariables = std::size_t{1} << 16;
// Keys share bytes, so without a limit a small file has long ones.
constexpr std::size_t kMaxKey = 1024;
constexpr std::size_t kMaxDimensions = 254;  // TensorFlow's own limit
constexpr std::uint64_t kMaxShards = 100'000;
constexpr std::size_t kBlockTrailer = 5;
constexpr std::uint64_t kTableMagic = 0xdb4775248b80fb57;
constexpr std::uint64_t kFloat = 1, kDouble = 2;

[[noreturn]] void Fail(const std::string& where, const std::string& message,
                       const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, where, hint);
}

// What is left of some bytes.
class Cursor {
 public:
  Cursor(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  bool Done() const { return bytes_.empty(); }
  std::string_view Take(std::uint64_t count) {
    if (count > bytes_.size()) Broken();
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  // Seven bits a byte, the lowest first; all but the last byte have their highest bit set.
  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      if (shift == 63 && byte > 1) Broken();
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
    Broken();
  }
  template <typename UInt>
  UInt Fixed() {
    return LoadLittleEndian<UInt>(Take(sizeof(UInt)).data());
  }
  [[noreturn]] void Broken() const {
    Fail(where_, "the table of variables is broken", "the file may be cut off or damaged");
  }

 private:
  std::string_view bytes_;
  const std::string& where_;
};

// One field of a protocol buffer.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t integer = 0;
  std::string_view bytes = {};
  enum class Type { kInteger, kBytes, kFixed } type = Type::kInteger;
};

Field NextField(Cursor& message) {
  const std::uint64_t tag = message.Varint();
  Field field{.number = tag >> 3};
  switch (tag & 7) {
    case 0:
      field.integer = message.Varint();
      break;
    case 1:
      field.type = Field::Type::kFixed;
      field.integer = message.Fixed<std::uint64_t>();
      break;
    case 2:
      field.type = Field::Type::kBytes;
      field.bytes = message.Take(message.Varint());
      break;
    case 5:
      field.type = Field::Type::kFixed;
      field.integer = message.Fixed<std::uint32_t>();
      break;
    default:
      message.Broken();
  }
  if (field.number == 0) message.Broken();
  return field;
}

class IndexReader {
 public:
  IndexReader(std::string_view bytes, const std::string& where, bool checksums)
      : where_(where), checksums_(checksums) {
    if (bytes.size() < kTableFooter || !IsTensorFlowTable(bytes)) {
      Fail(where, "is not the index of a TensorFlow checkpoint",
           "the file may be cut off; or it is of a TensorFlow before 0.12");
    }
    blocks_ = bytes.substr(0, bytes.size() - kTableFooter);
    footer_ = bytes.substr(blocks_.size());
  }

  TensorFlowIndex Read() {
    Cursor footer(footer_, where_);
    Place(footer);  // of the meta index, which checkpoints do not use
    TensorFlowIndex index;
    std::string last;  // key of the whole table
    bool header = false;
    ForEachEntry(Block(Place(footer)), [&](std::string_view, std::string_view place) {
      Cursor cursor(place, where_);
      ForEachEntry(Block(Place(cursor)), [&](std::string_view key, std::string_view value) {
        if (!header) {
          if (!key.empty()) Fail(where_, "lacks the header of a TensorFlow checkpoint");
          index.shards = ReadHeader(value);
          header = true;
          return;
        }
        if (key <= last) cursor.Broken();  // so no block is read twice, either
        last = key;
        if (index.variables.size() == kMaxVariables) Fail(where_, "has too many variables");
        TensorFlowVariable variable = ReadVariable(value);
        if (variable.shard >= index.shards) cursor.Broken();
        index.variables.emplace(key, std::move(variable));
      });
    });
    if (!header) Fail(where_, "lacks the header of a TensorFlow checkpoint");
    return index;
  }

 private:
  struct BlockPlace {
    std::uint64_t offset, size;
  };

  static BlockPlace Place(Cursor& cursor) {
    const std::uint64_t offset = cursor.Varint();
    return {offset, cursor.Varint()};
  }

  std::string_view Block(const BlockPlace& place) const {
    const std::uint64_t all = blocks_.size();
    if (place.offset > all || all - place.offset < kBlockTrailer ||
        place.size > all - place.offset - kBlockTrailer) {
      Fail(where_, "the table of variables ends outside the file", "the file may be cut off");
    }
    const std::string_view block = blocks_.substr(place.offset, place.size + 1);
    const char* sum = blocks_.data() + place.offset + block.size();
    if (checksums_ && LoadLittleEndian<std::uint32_t>(sum) != MaskedCrc32c(block)) {
      Fail(where_, "the checksum of the table of variables is wrong", "the file is damaged");
    }
    if (block.back() == 1) {
      Fail(where_, "is compressed with Snappy, which is not supported",
           "TensorFlow's tf.train.Saver writes checkpoints without");
    }
    if (block.back() != 0) Fail(where_, "has an unknown compression");
    return block.substr(0, place.size);
  }

  template <typename Visit>
  void ForEachEntry(std::string_view block, Visit&& visit) const {
    Cursor whole(block, where_);
    if (block.size() < sizeof(std::uint32_t)) whole.Broken();
    const std::size_t end = block.size() - sizeof(std::uint32_t);
    const std::uint64_t places = LoadLittleEndian<std::uint32_t>(block.data() + end);
    if (places > end / sizeof(std::uint32_t)) whole.Broken();
    Cursor entries(block.substr(0, end - places * sizeof(std::uint32_t)), where_);
    std::string key;
    while (!entries.Done()) {
      const std::uint64_t shared = entries.Varint(), rest = entries.Varint();
      const std::uint64_t size = entries.Varint();
      if (shared > key.size()) entries.Broken();
      key.resize(shared);
      key += entries.Take(rest);
      if (key.size() > kMaxKey) Fail(where_, "the name of a variable is too long");
      visit(std::string_view(key), entries.Take(size));
    }
  }

  // The number of data files.
  std::uint64_t ReadHeader(std::string_view bytes) const {
    Cursor message(bytes, where_);
    std::uint64_t shards = 0;
    while (!message.Done()) {
      const Field field = NextField(message);
      if (field.number == 1) shards = field.integer;
      if (field.number == 2 && field.integer != 0) {
        Fail(where_, "was written on a big-endian machine, which is not supported");
      }
    }
    if (shards < 1 || shards > kMaxShards) message.Broken();
    return shards;
  }

  TensorFlowVariable ReadVariable(std::string_view bytes) const {
    Cursor message(bytes, where_);
    TensorFlowVariable variable;
    while (!message.Done()) {
      const Field field = NextField(message);
      using Type = Field::Type;
      constexpr Type kTypes[] = {Type::kInteger, Type::kBytes, Type::kInteger, Type::kInteger,
                                 Type::kInteger, Type::kFixed, Type::kBytes};
      if (field.number > std::size(kTypes)) continue;  // of a later version
      if (field.type != kTypes[field.number - 1]) message.Broken();
      switch (field.number) {
        case 1:
          variable.type = field.integer;
          break;
        case 2:
          variable.shape = ReadShape(field.bytes);
          break;
        case 3:
          variable.shard = field.integer;
          break;
        case 4:
          variable.offset = field.integer;
          break;
        case 5:
          variable.size = field.integer;
          break;
        case 6:
          variable.checksum = static_cast<std::uint32_t>(field.integer);
          break;
        default:
          variable.sliced = true;
      }
    }
    return variable;
  }

  // TensorShapeProto: dimensions (2), each with its size (1).
  std::vector<std::int64_t> ReadShape(std::string_view bytes) const {
    Cursor message(bytes, where_);
    std::vector<std::int64_t> shape;
    while (!message.Done()) {
      const Field field = NextField(message);
      if (field.number != 2 || field.type != Field::Type::kBytes) message.Broken();
      Cursor dimension(field.bytes, where_);
      std::uint64_t extent = 0;
      while (!dimension.Done()) {
        const Field part = NextField(dimension);
        if (part.number == 1) extent = part.integer;
      }
      if (extent > std::numeric_limits<std::int64_t>::max()) message.Broken();
      if (shape.size() == kMaxDimensions) message.Broken();
      shape.push_back(static_cast<std::int64_t>(extent));
    }
    return shape;
  }

  const std::string& where_;
  bool checksums_;
  std::string_view blocks_, footer_;
};

class Checkpoint : public TensorFile {
 public:
  explicit Checkpoint(const fs::path& prefix) : prefix_(prefix.string()) {
    const std::string index = prefix_ + ".index";
    index_ = ParseTensorFlowIndex(ReadFile(index, kMaxIndexBytes), index);
    for (const auto& [name, variable] : index_.variables) shapes_[name] = variable.shape;
  }
  TensorFormat format() const override { return TensorFormat::kTensorFlow; }

  Tensor Read(const std::string& name) const override {
    const TensorFlowVariable& variable = index_.variables.at(name);
    const std::string where =
        fmt::format("{}.data-{:05}-of-{:05}", prefix_, variable.shard, index_.shards);
    const std::string title = "variable " + Printable(name);
    if (variable.sliced) Fail(where, title + " is stored in parts, which is not supported");
    if (variable.type != kFloat && variable.type != kDouble) {
      Fail(where, fmt::format("{} has TensorFlow's number type {}, not 1 (float) or 2 (double)",
                              title, variable.type));
    }
    const NumberType type = variable.type == kFloat ? NumberType::kF32 : NumberType::kF64;
    const std::uint64_t count = CountNumbers(variable.shape, name, where);
    if (variable.size != count * ByteSize(type)) {
      Fail(where, fmt::format("{} takes {} bytes, but {} needs {}", title, variable.size,
                              ShapeText(variable.shape), count * ByteSize(type)));
    }
    const InputFile file(where);
    if (variable.offset > file.size() || variable.size > file.size() - variable.offset) {
      Fail(where, title + " ends outside the file", "the file may be cut off");
    }
    std::string bytes(variable.size, '\0');
    bytes.resize(file.ReadAt(variable.offset, bytes.data(), bytes.size()));
    if (bytes.size() != variable.size || MaskedCrc32c(bytes) != variable.checksum) {
      Fail(where, "the checksum of " + title + " is wrong",
           "the file is damaged, or it belongs to another .index");
    }
    Tensor tensor{variable.shape, std::vector<float>(count)};
    const char* source = bytes.data();
    for (float& value : tensor.values) {
      value = ReadNumber(type, source);
      source += ByteSize(type);
    }
    return tensor;
  }

 private:
  std::string prefix_;
  TensorFlowIndex index_;
};

}  // namespace

bool IsTensorFlowTable(std::string_view end) {
  return end.size() >= sizeof(kTableMagic) &&
         LoadLittleEndian<std::uint64_t>(end.data() + end.size() - sizeof(kTableMagic)) ==
             kTableMagic;
}

TensorFlowIndex ParseTensorFlowIndex(std::string_view bytes, const std::string& where,
                                     bool checksums) {
  return IndexReader(bytes, where, checksums).Read();
}

fs::path TensorFlowPrefix(const fs::path& path) {
  std::string name = path.string();
  for (const std::string_view suffix : {".index", ".meta"}) {
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  constexpr std::string_view kData = ".data-00000-of-00001";
  if (name.size() > kData.size()) {
    std::string suffix = name.substr(name.size() - kData.size());
    for (char& c : suffix) c = c >= '0' && c <= '9' ? '0' : c;
    if (suffix == ".data-00000-of-00000") return name.substr(0, name.size() - kData.size());
  }
  std::error_code ignored;
  return fs::is_regular_file(name + ".index", ignored) ? path : fs::path();
}

std::unique_ptr<TensorFile> OpenTensorFlowCheckpoint(const fs::path& prefix) {
  return std::make_unique<Checkpoint>(prefix);
}

}  // namespace auif
