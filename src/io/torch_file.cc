#include "io/torch_file.h"

#include <zip.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "io/pickle.h"

namespace auif {
namespace {

using Kind = PickleValue::Kind;
using namespace std::string_view_literals;

// Strides of 0 make large tensors of small storages, and zip entries may be compressed: both stay
// below this many bytes in all.
constexpr std::uint64_t kMaxTotalBytes = std::uint64_t{1} << 28;

constexpr std::string_view kZipStart = "PK\x03\x04"sv;
constexpr std::string_view kPickleName = "/data.pkl";
// 0x1950a86a20f9469cfc6c, the integer in the first of the legacy format's pickles.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv;
constexpr std::int64_t kLegacyProtocol = 1001;

[[noreturn]] void Fail(const std::string& where, const std::string& message,
                       const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, where, hint);
}

// The storages' bytes by their keys.
using StorageMap = std::map<std::string_view, std::string_view>;

// The bytes that a storage must have.
std::uint64_t StorageBytes(const PickleValue& storage, const std::string& where) {
  const auto count = static_cast<std::uint64_t>(storage.integer);
  if (count > kMaxTotalBytes) Fail(where, "storage " + Printable(storage.text) + " is too large");
  return count * ByteSize(storage.type);
}

// The state dict's entries, each key once.
class StateDict {
 public:
  StateDict(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {
    const PickleValue& dict = pickle.Root();
    if (dict.kind != Kind::kDict) Fail(where, "holds no state dict");
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
      const PickleValue& key = pickle.Item(dict, i);
      const PickleValue& value = pickle.Item(dict, i + 1);
      if (key.kind != Kind::kString) Fail(where, "the state dict has a key that is not a string");
      const std::string name = Printable(key.text);
      if (value.kind != Kind::kTensor) Fail(where, "entry " + name + " is not a tensor");
      if (!entries_.emplace(key.text, &value).second) Fail(where, "has the key " + name + " twice");
      const PickleValue& storage = Storage(value);
      const PickleValue& first = *storages_.emplace(storage.text, &storage).first->second;
      if (first.type != storage.type || first.integer != storage.integer) {
        Fail(where, "has two storages of the key " + Printable(storage.text));
      }
    }
  }

  const std::map<std::string_view, const PickleValue*>& storages() const { return storages_; }

  TensorMap Tensors(const StorageMap& data) const {
    TensorMap tensors;
    std::uint64_t total = 0;
    for (const auto& [key, value] : entries_) {
      const std::string name = Printable(key);
      const std::uint64_t count = CheckShape(*value, name);
      total += count * sizeof(float);
      if (total > kMaxTotalBytes) Fail(where_, "the tensors are too large");
      tensors[std::string(key)] = Read(*value, count, data.at(Storage(*value).text));
    }
    return tensors;
  }

 private:
  const PickleValue& Storage(const PickleValue& tensor) const { return pickle_.Item(tensor, 0); }

  // The number of values; all of them lie within the storage.
  std::uint64_t CheckShape(const PickleValue& tensor, const std::string& name) const {
    if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return 0;
    const auto size = static_cast<std::uint64_t>(Storage(tensor).integer);
    std::uint64_t count = 1;
    auto last = static_cast<std::uint64_t>(tensor.integer);
    bool inside = last < size;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      const auto extent = static_cast<std::uint64_t>(tensor.shape[i]);
      const auto stride = static_cast<std::uint64_t>(tensor.strides[i]);
      if (extent > kMaxTotalBytes / count) Fail(where_, "tensor " + name + " is too large");
      count *= extent;
      // Divided, not multiplied: the product could overflow.
      inside = inside && (stride == 0 || extent - 1 <= (size - 1 - last) / stride);
      if (inside) last += (extent - 1) * stride;
    }
    if (!inside) Fail(where_, "tensor " + name + " lies outside its storage");
    return count;
  }

  Tensor Read(const PickleValue& value, std::uint64_t count, std::string_view bytes) const {
    Tensor tensor{value.shape, {}};
    tensor.values.reserve(count);
    const NumberType type = Storage(value).type;
    std::vector<std::int64_t> index(value.shape.size(), 0);
    // Unsigned, since a stride that is never used (extent 1) may be any number and wrap around.
    auto place = static_cast<std::uint64_t>(value.integer);
    for (std::uint64_t i = 0; i < count; ++i) {
      tensor.values.push_back(ReadNumber(type, bytes.data() + place * ByteSize(type)));
      // The next number in row-major order.
      for (std::size_t d = index.size(); d-- > 0;) {
        const auto stride = static_cast<std::uint64_t>(value.strides[d]);
        place += stride;
        if (++index[d] < value.shape[d]) break;
        place -= stride * static_cast<std::uint64_t>(value.shape[d]);
        index[d] = 0;
      }
    }
    return tensor;
  }

  const Pickle& pickle_;
  const std::string& where_;
  std::map<std::string_view, const PickleValue*> entries_, storages_;
};

// The legacy format: pickles of a magic number, the protocol's version, a description of the
// machine, the object itself and the list of the storages' keys; then, in the list's order, each
// storage as a count of 8 bytes and its numbers.
TensorMap ParseLegacy(std::string_view bytes, const std::string& where) {
  const auto next = [&bytes, &where] {
    Pickle pickle = ParsePickle(bytes, where);
    bytes.remove_prefix(pickle.size);
    return pickle;
  };
  if (next().Root().text != kLegacyMagic) Fail(where, "is not a file of torch.save");
  if (const Pickle protocol = next();
      protocol.Root().kind != Kind::kInt || protocol.Root().integer != kLegacyProtocol) {
    Fail(where, "has an unknown version of torch.save's legacy format");
  }
  const Pickle machine = next();
  for (std::size_t i = 0; i + 1 < machine.Root().items.size(); i += 2) {
    if (machine.Item(machine.Root(), i).text == "little_endian" &&
        machine.Item(machine.Root(), i + 1).integer != 1) {
      Fail(where, "was written on a big-endian machine, which is not supported");
    }
  }
  const Pickle object = next();
  const StateDict dict(object, where);
  const Pickle keys = next();
  if (keys.Root().kind != Kind::kList) Fail(where, "the list of storages is broken");

  StorageMap data;
  for (std::size_t i = 0; i < keys.Root().items.size(); ++i) {
    const std::string_view key = keys.Item(keys.Root(), i).text;
    const auto entry = dict.storages().find(key);
    if (entry == dict.storages().end() || data.contains(key)) {
      Fail(where, "has an unexpected storage " + Printable(key));
    }
    const std::uint64_t length = StorageBytes(*entry->second, where);
    if (bytes.size() < sizeof(std::uint64_t) + length) {
      Fail(where, "is cut off in storage " + Printable(key));
    }
    if (LoadLittleEndian<std::uint64_t>(bytes.data()) !=
        static_cast<std::uint64_t>(entry->second->integer)) {
      Fail(where, "storage " + Printable(key) + " has another length than its tensors say");
    }
    bytes.remove_prefix(sizeof(std::uint64_t));
    data[key] = bytes.substr(0, length);
    bytes.remove_prefix(length);
  }
  if (data.size() != dict.storages().size()) Fail(where, "lacks the numbers of some tensors");
  if (!bytes.empty()) Fail(where, "has " + std::to_string(bytes.size()) + " bytes too many");
  return dict.Tensors(data);
}

// An archive in memory, read only. Its entries lie in one folder.
class ZipArchive {
 public:
  ZipArchive(std::string_view bytes, const std::string& where)
      : where_(where), archive_(nullptr, &zip_discard) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (archive_ == nullptr) {
      zip_source_free(source);
      Fail(where, "is a broken zip file: " + reason, "the file may be cut off");
    }
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
      const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name != nullptr && std::string_view(name).ends_with(kPickleName)) {
        folder_ = std::string_view(name).substr(0, std::string_view(name).find('/') + 1);
      }
    }
    if (folder_.empty()) Fail(where, "is a zip file, but not one of torch.save");
  }

  bool Contains(const std::string& name) const {
    return zip_name_locate(archive_.get(), (folder_ + name).c_str(), 0) >= 0;
  }

  // The bytes of an entry of at most kMaxTotalBytes.
  std::string Read(const std::string& name) const {
    const std::string path = folder_ + name;
    zip_stat_t status;
    if (zip_stat(archive_.get(), path.c_str(), 0, &status) != 0 ||
        (status.valid & ZIP_STAT_SIZE) == 0) {
      Fail(where_, "lacks the entry " + Printable(path));
    }
    if (status.size > kMaxTotalBytes) Fail(where_, Printable(path) + " is too large");
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
        zip_fopen_index(archive_.get(), status.index, 0), &zip_fclose);
    std::string bytes(status.size, '\0');
    // The extra byte makes libzip read to the end, where it compares the checksum.
    char more;
    if (file == nullptr ||
        zip_fread(file.get(), bytes.data(), bytes.size()) !=
            static_cast<zip_int64_t>(bytes.size()) ||
        zip_fread(file.get(), &more, 1) != 0) {
      Fail(where_, "the entry " + Printable(path) + " cannot be read", "the file may be damaged");
    }
    return bytes;
  }

 private:
  const std::string& where_;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive_;
  std::string folder_;
};

// Today's format: FOLDER/data.pkl, the numbers of each storage in FOLDER/data/KEY, and the byte
// order in FOLDER/byteorder, which older files do without.
TensorMap ParseZip(std::string_view bytes, const std::string& where) {
  const ZipArchive archive(bytes, where);
  if (archive.Contains("byteorder") && archive.Read("byteorder") != "little") {
    Fail(where, "was written on a big-endian machine, which is not supported");
  }
  const std::string pickled = archive.Read("data.pkl");
  const Pickle object = ParsePickle(pickled, where);
  const StateDict dict(object, where);
  std::map<std::string_view, std::string> contents;
  StorageMap data;
  std::uint64_t total = 0;
  for (const auto& [key, storage] : dict.storages()) {
    const std::uint64_t length = StorageBytes(*storage, where);
    total += length;
    if (total > kMaxTotalBytes) Fail(where, "the tensors are too large");
    contents[key] = archive.Read("data/" + std::string(key));
    if (contents[key].size() != length) {
      Fail(where, "storage " + Printable(key) + " has another length than its tensors say");
    }
    data[key] = contents[key];
  }
  return dict.Tensors(data);
}

}  // namespace

bool IsTorchFile(std::string_view bytes) {
  bytes = bytes.substr(0, kTorchPrefix);
  const auto has = [bytes](std::string_view part) { return bytes.find(part) != bytes.npos; };
  return bytes.starts_with(kZipStart) ? has(kPickleName)
                                      : bytes.starts_with('\x80') && has(kLegacyMagic);
}

TensorMap ParseTorchFile(std::string_view bytes, const std::string& where) {
  if (!IsTorchFile(bytes)) {
    Fail(where, "is not a file of torch.save");
  }
  return bytes.starts_with(kZipStart) ? ParseZip(bytes, where) : ParseLegacy(bytes, where);
}

}  // namespace auif
