#include "io/torch_file.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/pickle.h"
#include "io/zip_archive.h"

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

// The bytes that a storage must have.
std::uint64_t StorageBytes(const PickleValue& storage, const std::string& where) {
  const auto count = static_cast<std::uint64_t>(storage.integer);
  if (count > kMaxTotalBytes) Fail(where, "storage " + Printable(storage.text) + " is too large");
  return count * ByteSize(storage.type);
}

// The tensors of a state dict, or of those in a checkpoint: a dict that may hold state dicts under
// names of their own, beside the optimizer's state, the epoch and so on.
class StateDict {
 public:
  using Entries = std::map<std::string, const PickleValue*, std::less<>>;

  StateDict(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {
    if (pickle.Root().kind != Kind::kDict) {
      Fail(where, "holds no state dict", "torch.save(model.state_dict(), path) writes one");
    }
    for (const PickleValue& value : pickle.values) {
      if (value.kind != Kind::kStorage) continue;
      const PickleValue& first = *storages_.emplace(value.text, &value).first->second;
      if (first.type != value.type || first.integer != value.integer) {
        Fail(where, "has two storages of the key " + Printable(value.text));
      }
    }
    Collect(pickle.Root(), "", 0);
    if (entries_.empty() && !others_.empty()) {
      Fail(where, "holds no tensors; its entries are " + others_,
           "torch.save(model.state_dict(), path) writes them");
    }
  }

  const std::map<std::string_view, const PickleValue*>& storages() const { return storages_; }

  // By their keys; those of a state dict within have its name and a dot before them.
  const Entries& entries() const { return entries_; }

  // `storage_bytes` gives the numbers of the storage of this key.
  Tensor Read(std::string_view key,
              const std::function<std::string_view(std::string_view)>& storage_bytes) {
    const PickleValue& value = *entries_.find(key)->second;
    const std::uint64_t count = CheckShape(value, Printable(key));
    total_ += count * sizeof(float);
    if (total_ > kMaxTotalBytes) Fail(where_, "the tensors are too large");
    return Read(value, count, storage_bytes(Storage(value).text));
  }

 private:
  // Dicts refer to each other, so that few may stand for many: their items are counted.
  static constexpr int kDeepest = 4;
  static constexpr std::size_t kMostItems = std::size_t{1} << 20;

  void Collect(const PickleValue& dict, const std::string& prefix, int depth) {
    // An optimizer's state is a dict by numbers.
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
      if (pickle_.Item(dict, i).kind != Kind::kString) return;
    }
    for (std::size_t i = 0; i < dict.items.size(); i += 2) {
      if (++items_ > kMostItems) Fail(where_, "holds too many entries");
      const PickleValue& value = pickle_.Item(dict, i + 1);
      const std::string key = prefix + std::string(pickle_.Item(dict, i).text);
      if (value.kind == Kind::kTensor) {
        if (!entries_.emplace(key, &value).second) {
          Fail(where_, "has the key " + Printable(key) + " twice");
        }
      } else if (value.kind == Kind::kDict && depth < kDeepest) {
        Collect(value, key + ".", depth + 1);
      }
      if (depth == 0 && value.kind != Kind::kTensor && others_.size() < 200) {
        others_ += (others_.empty() ? "" : ", ") + Printable(key);
      }
    }
  }

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
  Entries entries_;
  std::map<std::string_view, const PickleValue*> storages_;
  std::string others_;       // what the outer dict holds beside tensors
  std::size_t items_ = 0;    // looked at
  std::uint64_t total_ = 0;  // bytes that were read
};

// The bytes of a file of which little may be wanted, or those in memory.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : head_(bytes), size_(bytes.size()) {}
  explicit Bytes(const std::filesystem::path& path) : file_(std::in_place, path) {
    // A state dict's pickles, at the start, take some hundred bytes a tensor.
    constexpr std::uint64_t kHead = std::uint64_t{1} << 24;
    size_ = file_->size();
    read_ = Read(0, std::min(size_, kHead));
    head_ = read_;
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  std::string_view head() const { return head_; }
  std::uint64_t size() const { return size_; }
  // The place must lie within them; fewer bytes only where the file changed in the meantime.
  std::string Read(std::uint64_t offset, std::uint64_t count) const {
    if (!file_) return std::string(head_.substr(offset, count));
    std::string bytes(count, '\0');
    bytes.resize(file_->ReadAt(offset, bytes.data(), count));
    return bytes;
  }

 private:
  std::optional<InputFile> file_;
  std::string read_;
  std::string_view head_;
  std::uint64_t size_;
};

// The numbers beside the pickle. What was read is kept, as tensors may share a storage.
class Storages {
 public:
  Storages(const StateDict& dict, const std::string& where) : dict_(dict), where_(where) {}
  Storages(const Storages&) = delete;
  Storages& operator=(const Storages&) = delete;
  virtual ~Storages() = default;

  std::string_view Get(std::string_view key) {
    const auto known = kept_.find(key);
    if (known != kept_.end()) return known->second;
    const std::uint64_t length = StorageBytes(*dict_.storages().at(key), where_);
    total_ += length;
    if (length > kMaxTotalBytes || total_ > kMaxTotalBytes) {
      Fail(where_, "the tensors are too large");
    }
    std::string bytes = Load(key, length);
    if (bytes.size() != length) {
      Fail(where_, "storage " + Printable(key) + " has another length than its tensors say");
    }
    return kept_[key] = std::move(bytes);
  }

 private:
  virtual std::string Load(std::string_view key, std::uint64_t length) const = 0;

  const StateDict& dict_;
  const std::string& where_;
  std::map<std::string_view, std::string> kept_;
  std::uint64_t total_ = 0;
};

// A state dict, whatever the format around it.
class TorchFile : public TensorFile {
 public:
  TensorFormat format() const override { return TensorFormat::kTorch; }
  Tensor Read(const std::string& name) const override {
    return dict_->Read(name, [this](std::string_view key) { return storages_->Get(key); });
  }

 protected:
  explicit TorchFile(std::string where) : where_(std::move(where)) {}
  void SetPickle(Pickle pickle) {
    object_ = std::move(pickle);
    dict_.emplace(object_, where_);
    for (const auto& [key, value] : dict_->entries()) shapes_[key] = value->shape;
  }

  const std::string where_;
  Pickle object_;
  mutable std::optional<StateDict> dict_;
  std::unique_ptr<Storages> storages_;
};

// The legacy format: pickles of a magic number, the protocol's version, a description of the
// machine, the object itself and the list of the storages' keys; then, in the list's order, each
// storage as a count of 8 bytes and its numbers.
class LegacyFile : public TorchFile {
 public:
  template <typename Source>
  LegacyFile(const Source& source, const std::string& where) : TorchFile(where), bytes_(source) {
    std::uint64_t place = 0;
    const auto next = [this, &place] {
      Pickle pickle = ParsePickle(bytes_.head().substr(place), where_);
      place += pickle.size;
      return pickle;
    };
    if (next().Root().text != kLegacyMagic) Fail(where_, "is not a file of torch.save");
    if (const Pickle protocol = next();
        protocol.Root().kind != Kind::kInt || protocol.Root().integer != kLegacyProtocol) {
      Fail(where_, "has an unknown version of torch.save's legacy format");
    }
    const Pickle machine = next();
    for (std::size_t i = 0; i + 1 < machine.Root().items.size(); i += 2) {
      if (machine.Item(machine.Root(), i).text == "little_endian" &&
          machine.Item(machine.Root(), i + 1).integer != 1) {
        Fail(where_, "was written on a big-endian machine, which is not supported");
      }
    }
    SetPickle(next());
    const Pickle keys = next();
    if (keys.Root().kind != Kind::kList) Fail(where_, "the list of storages is broken");

    std::map<std::string_view, std::uint64_t> places;
    for (std::size_t i = 0; i < keys.Root().items.size(); ++i) {
      const std::string_view key = keys.Item(keys.Root(), i).text;
      const auto entry = dict_->storages().find(key);
      if (entry == dict_->storages().end() || places.contains(entry->first)) {
        Fail(where_, "has an unexpected storage " + Printable(key));
      }
      const std::uint64_t length = StorageBytes(*entry->second, where_);
      if (bytes_.size() - place < sizeof(std::uint64_t) + length) {
        Fail(where_, "is cut off in storage " + Printable(key));
      }
      const std::string count = bytes_.Read(place, sizeof(std::uint64_t));
      if (count.size() != sizeof(std::uint64_t) ||
          LoadLittleEndian<std::uint64_t>(count.data()) !=
              static_cast<std::uint64_t>(entry->second->integer)) {
        Fail(where_, "storage " + Printable(key) + " has another length than its tensors say");
      }
      place += sizeof(std::uint64_t);
      places[entry->first] = place;
      place += length;
    }
    if (places.size() != dict_->storages().size()) {
      Fail(where_, "lacks the numbers of some tensors");
    }
    if (place != bytes_.size()) {
      Fail(where_, "has " + std::to_string(bytes_.size() - place) + " bytes too many");
    }
    storages_ = std::make_unique<InOrder>(*dict_, where_, bytes_, std::move(places));
  }

 private:
  class InOrder : public Storages {
   public:
    InOrder(const StateDict& dict, const std::string& where, const Bytes& bytes,
            std::map<std::string_view, std::uint64_t> places)
        : Storages(dict, where), bytes_(bytes), places_(std::move(places)) {}

   private:
    std::string Load(std::string_view key, std::uint64_t length) const override {
      return bytes_.Read(places_.at(key), length);
    }
    const Bytes& bytes_;
    std::map<std::string_view, std::uint64_t> places_;
  };

  Bytes bytes_;
};

// Today's format: FOLDER/data.pkl, the numbers of each storage in FOLDER/data/KEY, and the byte
// order in FOLDER/byteorder, which older files do without.
class ZippedFile : public TorchFile {
 public:
  // archive: of the same file.
  ZippedFile(ZipArchive archive, const std::string& where)
      : TorchFile(where), archive_(std::move(archive)) {
    std::string folder;
    for (const std::string& name : archive_.Names()) {
      if (name.ends_with(kPickleName)) folder = name.substr(0, name.find('/') + 1);
    }
    if (folder.empty()) Fail(where_, "is a zip file, but not one of torch.save");
    if (archive_.Contains(folder + "byteorder") &&
        archive_.Read(folder + "byteorder", kMaxTotalBytes) != "little") {
      Fail(where_, "was written on a big-endian machine, which is not supported");
    }
    pickled_ = archive_.Read(folder + "data.pkl", kMaxTotalBytes);
    SetPickle(ParsePickle(pickled_, where_));
    storages_ = std::make_unique<InArchive>(*dict_, where_, archive_, folder + "data/");
  }

 private:
  class InArchive : public Storages {
   public:
    InArchive(const StateDict& dict, const std::string& where, const ZipArchive& archive,
              std::string folder)
        : Storages(dict, where), archive_(archive), folder_(std::move(folder)) {}

   private:
    std::string Load(std::string_view key, std::uint64_t) const override {
      return archive_.Read(folder_ + std::string(key), kMaxTotalBytes);
    }
    const ZipArchive& archive_;
    std::string folder_;
  };

  ZipArchive archive_;
  std::string pickled_;
};

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
  std::unique_ptr<TensorFile> file;
  if (bytes.starts_with(kZipStart)) {
    file = std::make_unique<ZippedFile>(ZipArchive(bytes, where), where);
  } else {
    file = std::make_unique<LegacyFile>(bytes, where);
  }
  TensorMap tensors;
  for (const auto& entry : file->shapes()) tensors[entry.first] = file->Read(entry.first);
  return tensors;
}

std::unique_ptr<TensorFile> OpenTorchFile(const std::filesystem::path& path) {
  std::string start(kTorchPrefix, '\0');
  start.resize(InputFile(path).ReadAt(0, start.data(), start.size()));
  if (!IsTorchFile(start)) Fail(path.string(), "is not a file of torch.save");
  if (start.starts_with(kZipStart)) {
    return std::make_unique<ZippedFile>(ZipArchive(path), path.string());
  }
  return std::make_unique<LegacyFile>(path, path.string());
}

}  // namespace auif
