// Checkpoints of TensorFlow 1 (its second format, of 0.12 and later): NAME.index, a table of what
// NAME.data-00000-of-00001 holds where. Read without TensorFlow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/tensor_file.h"

namespace auif {

struct TensorFlowVariable {
  std::uint64_t type = 0;  // TensorFlow's DataType: 1 is float, 2 double
  std::vector<std::int64_t> shape;
  std::uint64_t shard = 0, offset = 0, size = 0;  // bytes in that data file
  std::uint32_t checksum = 0;                     // masked CRC-32C of them
  bool sliced = false;                            // stored in parts, which are not read
};

struct TensorFlowIndex {
  std::uint64_t shards = 0;
  std::map<std::string, TensorFlowVariable> variables;
};

// Reads the bytes of a .index file; `where` is its name in messages. Throws Error (kInput) where
// the table or an entry in it is broken. `checksums` is false for tests, which change bytes.
TensorFlowIndex ParseTensorFlowIndex(std::string_view bytes, const std::string& where,
                                     bool checksums = true);

// Whether the file ends as such a table does: the last kTableFooter bytes matter.
bool IsTensorFlowTable(std::string_view end);
inline constexpr std::size_t kTableFooter = 48;

// "model.ckpt" for "model.ckpt.index", ".meta" and ".data-00000-of-00001", and for itself where
// model.ckpt.index is there; else empty.
std::filesystem::path TensorFlowPrefix(const std::filesystem::path& path);

// Throws Error (kInput). Numbers are checked against their checksums as they are read.
std::unique_ptr<TensorFile> OpenTensorFlowCheckpoint(const std::filesystem::path& prefix);

}  // namespace auif
