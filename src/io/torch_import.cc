// The published weights of the paper's authors become a Model.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/model_io.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"
#include "io/torch_file.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTorchBytes = std::size_t{1} << 28;

// The three state dicts: what their keys start with, and what this project calls them.
struct Part {
  std::string_view key, name;
};
constexpr Part kParts[] = {
    {"conv1.", "base encoder"}, {"conv2.", "detail encoder"}, {"decoder.", "decoder"}};

// "base.0.bn.bias" -> "conv1.0.rest.0.bias".
std::string TorchKey(std::string name) {
  constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {
      {"base.", "conv1."},           {"detail.", "conv2."}, {"decoder.conv.", "decoder.1."},
      {"decoder.bn.", "decoder.2."}, {".bn.", ".rest.0."},  {".prelu", ".rest.1.weight"}};
  for (const auto& [ours, theirs] : kRenamed) {
    const std::size_t place = name.find(ours);
    if (place != std::string::npos) name.replace(place, ours.size(), theirs);
  }
  return name;
}

// The part that a key belongs to, and where its name starts: behind what checkpoints
// ("state_dict.", "model."), DataParallel ("module.") and torch.compile ("_orig_mod.") put before
// it.
std::pair<const Part*, std::size_t> FindPart(std::string_view key) {
  std::pair<const Part*, std::size_t> found{nullptr, 0};
  for (const Part& part : kParts) {
    for (std::size_t at = key.find(part.key); at != key.npos; at = key.find(part.key, at + 1)) {
      if (at > 0 && key[at - 1] != '.') continue;
      if (found.first == nullptr || at > found.second) found = {&part, at};
    }
  }
  return found;
}

bool IsSafetensors(std::string_view bytes) { return bytes.size() > 8 && bytes[8] == '{'; }

class Importer {
 public:
  void Add(const fs::path& path, std::string_view bytes) {
    TensorMap tensors = IsSafetensors(bytes) ? ParseSafetensors(bytes, path.string()).tensors
                                             : ParseTorchFile(bytes, path.string());
    if (tensors.empty()) Fail("holds no tensors", path);
    for (auto& [key, tensor] : tensors) {
      const auto [part, prefix] = FindPart(key);
      if (part == nullptr) {
        Fail("the key " + Printable(key) + " belongs to none of the network's parts", path,
             "they start with conv1. (base encoder), conv2. (detail encoder) or decoder., whatever "
             "stands before");
      }
      const std::string name = key.substr(prefix);
      const fs::path& owner = owners_.emplace(part->key, path).first->second;
      if (owner != path) {
        Fail("holds the " + std::string(part->name) + ", which " + owner.string() + " holds too",
             path);
      }
      if (name.ends_with(".num_batches_tracked")) continue;  // only training needs it
      const auto [before, inserted] = keys_.emplace(name, key);
      if (!inserted && before->second == key) {
        Fail("has the key " + Printable(key) + " twice", path);
      }
      if (!inserted) {
        Fail("holds both " + Printable(before->second) + " and " + Printable(key), path,
             "it has several state dicts: save one of them alone, as with "
             "torch.save(checkpoint['model'], path)");
      }
      tensors_.emplace(name, std::move(tensor));
    }
  }

  Model Finish() {
    std::set<std::string> names;
    for (const Part& part : kParts) {
      const auto owner = owners_.find(part.key);
      if (owner == owners_.end()) {
        throw Error(ErrorKind::kInput,
                    "no file holds the " + std::string(part.name) + " (keys that start with " +
                        std::string(part.key) + ")",
                    {}, "give the files of both encoders and of the decoder");
      }
      names.insert(owner->second.filename().string());
    }
    const std::string source = Joined(std::vector<std::string>(names.begin(), names.end()));

    Model model = EmptyModel(Config());
    for (const auto& to : Tensors(model)) {
      const std::string key = TorchKey(to.name);
      TakeTensor(&tensors_, key, to, Owner(key).string());
    }
    if (!tensors_.empty()) {
      const std::string& key = tensors_.begin()->first;
      Fail("has the unexpected key " + Printable(key), Owner(key));
    }
    model.metadata["source"] = "imported from the PyTorch files " + source;
    model.Validate(source);
    return model;
  }

 private:
  [[noreturn]] static void Fail(const std::string& message, const fs::path& path,
                                const std::string& hint = {}) {
    throw Error(ErrorKind::kInput, message, path.string(), hint);
  }

  const fs::path& Owner(std::string_view key) const {
    return owners_.at(key.substr(0, key.find('.') + 1));
  }

  ModelConfig Config() const {
    ModelConfig config = ModelConfig::Release();
    const auto kernel = [this](int layer) {
      return tensors_.find("conv1." + std::to_string(layer) + ".kernel");
    };
    config.layers = 1;  // should the first be missing, TakeTensor says so
    while (kernel(config.layers) != tensors_.end()) ++config.layers;
    if (const auto first = kernel(0); first != tensors_.end() && !first->second.shape.empty()) {
      config.channels = static_cast<int>(std::min<std::int64_t>(first->second.shape[0], 1 << 30));
    }
    config.Validate(owners_.at(kParts[0].key).string());
    return config;
  }

  TensorMap tensors_;                            // by key, of all files
  std::map<std::string, std::string> keys_;      // the same with the names in the files
  std::map<std::string_view, fs::path> owners_;  // by Part::key
};

// Every file of torch.save or safetensors in a folder, by name.
std::vector<fs::path> TorchFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (!entry.is_regular_file(ignored)) continue;
    std::string start(kTorchPrefix, '\0');
    std::ifstream file(entry.path(), std::ios::binary);
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    start.resize(static_cast<std::size_t>(file.gcount()));
    if (IsTorchFile(start) || entry.path().extension() == ".safetensors") {
      files.push_back(entry.path());
    }
  }
  if (error) {
    throw Error(ErrorKind::kInput, "the folder cannot be read: " + error.message(),
                folder.string());
  }
  if (files.empty()) {
    throw Error(ErrorKind::kInput, "no file in the folder is one of torch.save or safetensors",
                folder.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Model ImportTorch(const std::vector<fs::path>& files) {
  if (files.empty()) throw Error(ErrorKind::kUsage, "no files to import");
  Importer importer;
  std::error_code ignored;
  const bool folder = files.size() == 1 && fs::is_directory(files[0], ignored);
  for (const fs::path& file : folder ? TorchFiles(files[0]) : files) {
    importer.Add(file, ReadFile(file, kMaxTorchBytes));
  }
  return importer.Finish();
}

}  // namespace auif
