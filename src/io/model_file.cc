// Model files: safetensors with the configuration in the metadata.
#include <charconv>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

#include "auif/error.h"
#include "auif/model_io.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/model_file.h"
#include "io/safetensors.h"

namespace auif {

namespace {

constexpr std::string_view kFormat = "auif";
constexpr std::string_view kFormatVersion = "1";
// What "network" is; files that say nothing are AUIF's.
constexpr std::string_view kAuif = "auif", kJoint = "joint";
// More than the largest model that ModelConfig allows.
constexpr std::size_t kMaxModelBytes = std::size_t{1} << 30;

class ModelReader {
 public:
  ModelReader(std::string_view bytes, const std::string& where)
      : content_(ParseSafetensors(bytes, where)), where_(where) {}

  bool IsJoint() const {
    const auto network = content_.metadata.find("network");
    return network != content_.metadata.end() && network->second == kJoint;
  }
  Model Read() {
    CheckFormat(kAuif);
    return Fill(EmptyModel(ReadConfig()));
  }
  JointModel ReadJoint() {
    CheckFormat(kJoint);
    ModelConfig sizes;
    sizes.layers = TakeInteger("layers");
    sizes.channels = TakeInteger("channels");
    sizes.Validate(where_);
    return Fill(EmptyJointModel(sizes.layers, sizes.channels));
  }

 private:
  template <typename AnyModel>
  AnyModel Fill(AnyModel model) {
    for (const auto& to : Tensors(model)) TakeTensor(&content_.tensors, to.name, to, where_);
    if (!content_.tensors.empty()) {
      Fail("unexpected tensor " + Printable(content_.tensors.begin()->first));
    }
    model.metadata = std::move(content_.metadata);
    model.Validate(where_);
    return model;
  }

  [[noreturn]] void Fail(const std::string& message, const std::string& hint = {}) const {
    throw Error(ErrorKind::kInput, message, where_, hint);
  }

  // Takes a configuration entry out of the metadata, so that the free text remains.
  std::string TakeText(const char* key) {
    auto node = content_.metadata.extract(key);
    if (node.empty()) Fail(std::string("the metadata has no ") + key);
    return std::move(node.mapped());
  }

  template <typename Enum>
  Enum TakeChoice(const char* key, Enum first, Enum second) {
    const std::string text = TakeText(key);
    for (const Enum value : {first, second}) {
      if (text == Name(value)) return value;
    }
    Fail("metadata " + std::string(key) + " is \"" + Printable(text) + "\", not " + Name(first) +
         " or " + Name(second));
  }

  int TakeInteger(const char* key) {
    const std::string text = TakeText(key);
    int value = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end) {
      Fail("metadata " + std::string(key) + " is \"" + Printable(text) + "\", not a number");
    }
    return value;
  }

  // network: the one that is wanted.
  void CheckFormat(std::string_view network) {
    const auto format = content_.metadata.find("format");
    if (format == content_.metadata.end() || format->second != kFormat) {
      Fail("is a safetensors file, but not a model of this program",
           "its metadata lacks format = auif");
    }
    TakeText("format");
    const std::string version = TakeText("format_version");
    if (version != kFormatVersion) {
      Fail("has format version \"" + Printable(version) + "\", not " + std::string(kFormatVersion),
           "a newer program may read it");
    }
    const auto other = content_.metadata.extract("network");
    const std::string found = other.empty() ? std::string(kAuif) : other.mapped();
    if (found == network) return;
    Fail("is a model of the network \"" + Printable(found) + "\", not of " + std::string(network),
         found == kJoint ? "'auif fuse --method joint' takes it" : "");
  }

  ModelConfig ReadConfig() {
    ModelConfig config;
    config.kernels = TakeChoice("kernels", Kernels::kAdjoint, Kernels::kIndependent);
    config.padding = TakeChoice("padding", Padding::kInput, Padding::kFeature);
    config.activation = TakeChoice("activation", Activation::kGradient, Activation::kOutput);
    config.layers = TakeInteger("layers");
    config.channels = TakeInteger("channels");
    config.Validate(where_);
    return config;
  }

  Safetensors content_;
  const std::string& where_;
};

std::string ReadModelFile(const std::filesystem::path& path) {
  constexpr const char* kImport = "'auif import' makes a model file of PyTorch's";
  if (std::filesystem::is_directory(path)) {
    throw Error(ErrorKind::kInput, "is a folder, not a model file", path.string(), kImport);
  }
  std::string bytes = ReadFile(path, kMaxModelBytes);
  // A zip file, or a pickle.
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("\x80\x02")) {
    throw Error(ErrorKind::kInput, "looks like a PyTorch file, not a model file", path.string(),
                kImport);
  }
  return bytes;
}

// entries: the configuration.
template <typename AnyModel>
void Save(const AnyModel& model, std::map<std::string, std::string> entries,
          const std::filesystem::path& path) {
  Safetensors content;
  content.metadata = {{"format", std::string(kFormat)},
                      {"format_version", std::string(kFormatVersion)}};
  content.metadata.merge(entries);
  // Free text does not replace the configuration; AUIF's files do not say which network they are.
  for (const auto& entry : model.metadata) {
    if (entry.first != "network") content.metadata.insert(entry);
  }
  for (const auto& tensor : Tensors(model)) {
    content.tensors[tensor.name] = {{tensor.shape.begin(), tensor.shape.end()},
                                    {tensor.values.begin(), tensor.values.end()}};
  }
  WriteFileAtomically(path, SerializeSafetensors(content));
}

}  // namespace

Model LoadModel(const std::filesystem::path& path) {
  return ModelReader(ReadModelFile(path), path.string()).Read();
}

JointModel LoadJointModel(const std::filesystem::path& path) {
  return ModelReader(ReadModelFile(path), path.string()).ReadJoint();
}

std::variant<Model, JointModel> LoadAnyModel(const std::filesystem::path& path) {
  const std::string where = path.string();
  ModelReader reader(ReadModelFile(path), where);
  if (reader.IsJoint()) return reader.ReadJoint();
  return reader.Read();
}

JointModel ParseJointModel(std::string_view bytes, const std::string& where) {
  return ModelReader(bytes, where).ReadJoint();
}

void SaveModel(const Model& model, const std::filesystem::path& path) {
  model.Validate();
  Save(model,
       {{"kernels", Name(model.config.kernels)},
        {"padding", Name(model.config.padding)},
        {"activation", Name(model.config.activation)},
        {"layers", std::to_string(model.config.layers)},
        {"channels", std::to_string(model.config.channels)}},
       path);
}

void SaveModel(const JointModel& model, const std::filesystem::path& path) {
  model.Validate();
  Save(model,
       {{"network", std::string(kJoint)},
        {"layers", std::to_string(model.layers)},
        {"channels", std::to_string(model.channels)}},
       path);
}

}  // namespace auif
