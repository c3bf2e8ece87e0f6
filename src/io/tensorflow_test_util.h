// TensorFlow checkpoints built by hand: good ones and bad ones.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/atomic_file.h"
#include "io/crc32c.h"
#include "io/tensor.h"

namespace auif {

inline std::string Varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

// Fields of protocol buffers.
inline std::string IntegerField(int number, std::uint64_t value) {
  return Varint(static_cast<std::uint64_t>(number) << 3) + Varint(value);
}
inline std::string BytesField(int number, std::string_view bytes) {
  return Varint(static_cast<std::uint64_t>(number) << 3 | 2) + Varint(bytes.size()) +
         std::string(bytes);
}
inline std::string FixedField(int number, std::uint32_t value) {
  std::string bytes = Varint(static_cast<std::uint64_t>(number) << 3 | 5);
  AppendLittleEndian(value, &bytes);
  return bytes;
}

using TableEntries = std::vector<std::pair<std::string, std::string>>;

// A block without its compression and checksum. Every second key is whole.
inline std::string TableBlock(const TableEntries& entries) {
  std::string block, last;
  std::vector<std::uint32_t> whole;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    std::size_t shared = 0;
    if (i % 2 == 0) {
      whole.push_back(static_cast<std::uint32_t>(block.size()));
    } else {
      while (shared < std::min(key.size(), last.size()) && key[shared] == last[shared]) ++shared;
    }
    block += Varint(shared) + Varint(key.size() - shared) + Varint(value.size());
    block += key.substr(shared) + value;
    last = key;
  }
  if (whole.empty()) whole.push_back(0);
  for (const std::uint32_t place : whole) AppendLittleEndian(place, &block);
  AppendLittleEndian(static_cast<std::uint32_t>(whole.size()), &block);
  return block;
}

// Appends a block with its compression and checksum; returns its place.
inline std::string AddBlock(const std::string& block, std::string* table, char compression = 0) {
  const std::string place = Varint(table->size()) + Varint(block.size());
  *table += block + compression;
  AppendLittleEndian(MaskedCrc32c(block + compression), table);
  return place;
}

inline std::string TableFooter(const std::string& meta_place, const std::string& index_place) {
  std::string footer = meta_place + index_place;
  footer.resize(40, '\0');
  AppendLittleEndian<std::uint64_t>(0xdb4775248b80fb57, &footer);
  return footer;
}

inline std::string Table(const TableEntries& entries, std::size_t per_block = 3,
                         char compression = 0) {
  std::string table;
  TableEntries index;
  for (std::size_t i = 0; i < entries.size(); i += per_block) {
    const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(per_block, entries.size() - i));
    const std::string place = AddBlock(TableBlock({begin, end}), &table, compression);
    index.emplace_back((end - 1)->first, place);
  }
  const std::string meta_place = AddBlock(TableBlock({}), &table);
  const std::string index_place = AddBlock(TableBlock(index), &table);
  return table + TableFooter(meta_place, index_place);
}

struct TestVariable {
  std::string name;
  std::vector<std::int64_t> shape;
  std::string bytes;
  int type = 1;  // DT_FLOAT
};

inline std::string FloatBytes(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) {
    AppendLittleEndian(std::bit_cast<std::uint32_t>(value), &bytes);
  }
  return bytes;
}

inline std::string CheckpointHeader(int shards = 1) {
  return IntegerField(1, static_cast<std::uint64_t>(shards)) +
         BytesField(3, IntegerField(1, 1));  // version
}

inline std::string ShapeField(const std::vector<std::int64_t>& shape) {
  std::string dimensions;
  for (const std::int64_t extent : shape) {
    dimensions += BytesField(2, IntegerField(1, static_cast<std::uint64_t>(extent)));
  }
  return BytesField(2, dimensions);
}

struct TestCheckpoint {
  TableEntries entries;
  std::string data;

  explicit TestCheckpoint(std::vector<TestVariable> variables) {
    std::sort(variables.begin(), variables.end(),
              [](const TestVariable& a, const TestVariable& b) { return a.name < b.name; });
    entries.emplace_back("", CheckpointHeader());
    for (const TestVariable& v : variables) {
      std::string entry = IntegerField(1, static_cast<std::uint64_t>(v.type)) + ShapeField(v.shape);
      if (!data.empty()) entry += IntegerField(4, data.size());
      entry += IntegerField(5, v.bytes.size()) + FixedField(6, MaskedCrc32c(v.bytes));
      entries.emplace_back(v.name, entry);
      data += v.bytes;
    }
  }
  void Write(const std::filesystem::path& prefix) const {
    WriteFileAtomically(prefix.string() + ".index", Table(entries));
    WriteFileAtomically(prefix.string() + ".data-00000-of-00001", data);
  }
};

}  // namespace auif
