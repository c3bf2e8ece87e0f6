// Files of named arrays of which one needs a few: opening them reads names and shapes alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/tensor.h"

namespace auif {

enum class TensorFormat { kTensorFlow, kTorch, kHdf5, kNumpy };

// "a TensorFlow checkpoint".
const char* FormatName(TensorFormat format);

// Arrays are shown whatever their number type is; only reading one that holds no floating-point
// numbers fails. No array may have more than this many numbers.
class TensorFile {
 public:
  static constexpr std::uint64_t kMaxNumbers = std::uint64_t{1} << 26;
  using Shape = std::vector<std::int64_t>;

  TensorFile() = default;
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;
  virtual ~TensorFile() = default;

  virtual TensorFormat format() const = 0;
  const std::map<std::string, Shape>& shapes() const { return shapes_; }
  // One of shapes(). Throws Error (kInput).
  virtual Tensor Read(const std::string& name) const = 0;

 protected:
  std::map<std::string, Shape> shapes_;
};

// The product of the extents. Throws Error (kInput) where it is more than kMaxNumbers or an extent
// is negative; `name` is the array's, `where` the file's.
std::uint64_t CountNumbers(const TensorFile::Shape& shape, const std::string& name,
                           const std::string& where);

// The file's format is known by its contents. A TensorFlow checkpoint is several files: `path` is
// one of them, what their names have in common, or the folder that holds them and no second one.
// Throws Error (kInput): a file of another format is called by its name where it is well known.
std::unique_ptr<TensorFile> OpenTensorFile(const std::filesystem::path& path);

}  // namespace auif
