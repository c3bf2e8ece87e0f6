#include "io/tensor_file.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/hdf5_file.h"
#include "io/numpy_file.h"
#include "io/tensorflow_checkpoint.h"
#include "io/torch_file.h"
#include "io/zip_archive.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

constexpr std::string_view kZipStart = "PK\x03\x04"sv;
constexpr std::string_view kHdf5Start = "\x89HDF\r\n\x1a\n"sv;

[[noreturn]] void Fail(const fs::path& where, const std::string& message,
                       const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, where.string(), hint);
}

// The only checkpoint in a folder.
fs::path PrefixIn(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error, ignored;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".index") && entry.is_regular_file(ignored)) {
      names.push_back(name.substr(0, name.size() - 6));
    }
  }
  if (error) Fail(folder, "the folder cannot be read: " + error.message());
  std::sort(names.begin(), names.end());
  if (names.empty() && fs::exists(folder / "saved_model.pb", ignored)) {
    Fail(folder, "is a SavedModel of TensorFlow, not a checkpoint");
  }
  if (names.empty()) Fail(folder, "the folder holds no TensorFlow checkpoint (NAME.index)");
  if (names.size() > 1) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + Printable(name);
    Fail(folder, "the folder holds several checkpoints: " + list,
         "give one of them, as " + (folder / names[0]).string());
  }
  return folder / names[0];
}

// What the file is, where it is none that can be read.
[[noreturn]] void FailUnknown(const fs::path& path, std::string_view start, std::string_view end) {
  const std::string extension = path.extension().string();
  if (IsTensorFlowTable(end)) {
    Fail(path, "is a checkpoint of a TensorFlow before 0.12, or an .index under another name");
  }
  if (extension == ".pb") {
    Fail(path, "is a frozen graph or a SavedModel of TensorFlow, not a checkpoint",
         "a checkpoint is the files NAME.index and NAME.data-00000-of-00001");
  }
  if (extension == ".keras") {
    Fail(path, "is a model of Keras 3, not a file of weights", "model.save_weights(\"NAME.h5\")");
  }
  if (start.starts_with("MATLAB 5.0"sv)) Fail(path, "is a file of MATLAB, which is not supported");
  if (start.size() > 8 && start[8] == '{') Fail(path, "is a safetensors file already");
  if (extension == ".onnx") Fail(path, "is an ONNX graph, not a file of weights");
  if (path.filename() == "checkpoint") {
    Fail(path, "names TensorFlow checkpoints, but is none", "give NAME.index or the folder");
  }
  Fail(path, "is no file of weights that can be read",
       "TensorFlow checkpoints, PyTorch's state dicts, HDF5 (.h5) and NumPy's .npz can");
}

}  // namespace

const char* FormatName(TensorFormat format) {
  switch (format) {
    case TensorFormat::kTensorFlow:
      return "a TensorFlow checkpoint";
    case TensorFormat::kTorch:
      return "a PyTorch file";
    case TensorFormat::kHdf5:
      return "an HDF5 file";
    case TensorFormat::kNumpy:
      return "a NumPy archive";
  }
  return "";
}

std::uint64_t CountNumbers(const TensorFile::Shape& shape, const std::string& name,
                           const std::string& where) {
  std::uint64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent == 0) return 0;
    if (extent < 0 || static_cast<std::uint64_t>(extent) > TensorFile::kMaxNumbers / count) {
      Fail(where, Printable(name) + " is too large");
    }
    count *= static_cast<std::uint64_t>(extent);
  }
  return count;
}

std::unique_ptr<TensorFile> OpenTensorFile(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return OpenTensorFlowCheckpoint(PrefixIn(path));
  if (const fs::path prefix = TensorFlowPrefix(path); !prefix.empty()) {
    return OpenTensorFlowCheckpoint(prefix);
  }
  std::string start(kTorchPrefix, '\0'), end(kTableFooter, '\0');
  {
    const InputFile file(path);
    start.resize(file.ReadAt(0, start.data(), start.size()));
    const std::uint64_t place = file.size() - std::min<std::uint64_t>(file.size(), end.size());
    end.resize(file.ReadAt(place, end.data(), end.size()));
  }
  if (start.starts_with(kHdf5Start)) return OpenHdf5File(path);
  if (IsTorchFile(start)) return OpenTorchFile(path);
  if (start.starts_with(kZipStart)) {
    const std::vector<std::string> names = ZipArchive(path).Names();
    const auto npy = [](const std::string& name) { return name.ends_with(".npy"); };
    if (std::any_of(names.begin(), names.end(), npy)) return OpenNpz(path);
  }
  FailUnknown(path, start, end);
}

}  // namespace auif
