// Files as torch.save writes them, built by hand: good ones and bad ones.
#pragma once

#include <zip.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/tensor.h"

namespace auif {

// Appends the operations of a pickle. `modern` uses those of protocol 4 where it has new ones.
class PickleBuilder {
 public:
  explicit PickleBuilder(bool modern = false) : modern_(modern) {
    Raw(modern ? std::string_view("\x80\x04", 2) : std::string_view("\x80\x02", 2));
  }

  PickleBuilder& Raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleBuilder& Int(std::int32_t value) {
    bytes_ += 'J';
    AppendLittleEndian(static_cast<std::uint32_t>(value), &bytes_);
    return *this;
  }
  PickleBuilder& String(std::string_view text) {
    if (modern_) {
      bytes_ += '\x8c';
      bytes_ += static_cast<char>(text.size());
    } else {
      bytes_ += 'X';
      AppendLittleEndian(static_cast<std::uint32_t>(text.size()), &bytes_);
    }
    bytes_ += text;
    return *this;
  }
  PickleBuilder& Global(const std::string& module, const std::string& name) {
    if (modern_) return String(module).String(name).Raw("\x93");
    return Raw("c" + module + "\n" + name + "\n");
  }
  PickleBuilder& OrderedDict() { return Global("collections", "OrderedDict").Raw(")R"); }
  PickleBuilder& Tuple(const std::vector<int>& numbers) {
    Raw("(");
    for (const int number : numbers) Int(number);
    return Raw("t");
  }
  std::string Stop() { return bytes_ + "."; }

 private:
  bool modern_;
  std::string bytes_;
};

struct TestTensor {
  std::string key;
  std::vector<int> shape, strides;
  std::vector<float> storage;
  int offset = 0;
  std::string storage_key = key;  // tensors may share one
};

inline std::string StorageData(const TestTensor& tensor) {
  std::string bytes;
  for (const float value : tensor.storage) {
    AppendLittleEndian(std::bit_cast<std::uint32_t>(value), &bytes);
  }
  return bytes;
}

// The pickle of a state dict with its `_metadata`.
inline std::string StateDictPickle(const std::vector<TestTensor>& tensors, bool modern) {
  PickleBuilder pickle(modern);
  pickle.OrderedDict().Raw(modern ? "\x94" : std::string_view("q\0", 2)).Raw("(");
  for (const TestTensor& tensor : tensors) {
    pickle.String(tensor.key).Global("torch._utils", "_rebuild_tensor_v2").Raw("((");
    pickle.String("storage").Global("torch", "FloatStorage").String(tensor.storage_key);
    pickle.String("cuda:0").Int(static_cast<int>(tensor.storage.size()));
    if (!modern) pickle.Raw("N");  // the legacy format's view
    pickle.Raw("tQ").Int(tensor.offset).Tuple(tensor.shape).Tuple(tensor.strides).Raw("\x89");
    pickle.OrderedDict().Raw("tR");
  }
  pickle.Raw("u}").String("_metadata").OrderedDict().String("").Raw("}").String("version").Int(1);
  return pickle.Raw("sssb").Stop();
}

inline std::string LegacyFile(const std::vector<TestTensor>& tensors) {
  std::string bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.",
                    21);
  bytes += PickleBuilder().Raw("}").String("little_endian").Raw("\x88s").Stop();
  bytes += StateDictPickle(tensors, false);
  PickleBuilder keys;
  keys.Raw("](");
  std::string data;
  std::vector<std::string> seen;
  for (const TestTensor& tensor : tensors) {
    if (std::find(seen.begin(), seen.end(), tensor.storage_key) != seen.end()) continue;
    seen.push_back(tensor.storage_key);
    keys.String(tensor.storage_key);
    AppendLittleEndian<std::uint64_t>(tensor.storage.size(), &data);
    data += StorageData(tensor);
  }
  return bytes + keys.Raw("e").Stop() + data;
}

// A zip file of these entries, not compressed.
inline std::string Zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, nullptr);
  for (const auto& [name, bytes] : entries) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    if (index < 0) throw std::runtime_error("no zip entry");
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error("no zip file");
  zip_source_open(target);
  zip_stat_t status;
  zip_source_stat(target, &status);
  std::string bytes(status.size, '\0');
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

inline std::string ZipFile(const std::vector<TestTensor>& tensors) {
  std::vector<std::pair<std::string, std::string>> entries = {
      {"net/data.pkl", StateDictPickle(tensors, true)}, {"net/byteorder", "little"}};
  std::vector<std::string> seen;
  for (const TestTensor& tensor : tensors) {
    if (std::find(seen.begin(), seen.end(), tensor.storage_key) != seen.end()) continue;
    seen.push_back(tensor.storage_key);
    entries.emplace_back("net/data/" + tensor.storage_key, StorageData(tensor));
  }
  entries.emplace_back("net/version", "3\n");
  return Zip(entries);
}

}  // namespace auif
