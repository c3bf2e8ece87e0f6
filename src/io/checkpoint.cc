#include "io/checkpoint.h"

#include <charconv>
#include <utility>

#include "auif/error.h"
#include "base/text.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"

namespace auif {
namespace {

constexpr const char* kFormat = "auif-checkpoint 1";
constexpr const char* kFirst = "adam.first.";
constexpr const char* kSecond = "adam.second.";
constexpr const char* kOrigin = "origin.";

void Put(const Model& model, const std::string& prefix, TensorMap* tensors) {
  for (const auto& tensor : Tensors(model)) {
    (*tensors)[prefix + tensor.name] = {{tensor.shape.begin(), tensor.shape.end()},
                                        {tensor.values.begin(), tensor.values.end()}};
  }
}

class CheckpointReader {
 public:
  CheckpointReader(std::string where, Safetensors content)
      : where_(std::move(where)), content_(std::move(content)) {}

  TrainState Read(const ModelConfig& config, const TrainOrigin& origin) {
    const auto format = content_.metadata.find("format");
    if (format == content_.metadata.end() || format->second != kFormat) {
      Fail("is not a checkpoint of this program");
    }
    CheckOrigin(origin);
    TrainState state;
    state.model = Take(config, "");
    state.first_moment = Take(config, kFirst);
    state.second_moment = Take(config, kSecond);
    state.step = static_cast<long>(Number<std::int64_t>("step"));
    state.epoch_sums = {Number<double>("epoch_loss"), Number<double>("epoch_mse"),
                        Number<double>("epoch_ssim"), Number<double>("epoch_offset")};
    if (state.step < 0) Fail("has a negative step");
    return state;
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const {
    throw Error(ErrorKind::kInput, message, where_);
  }

  void CheckOrigin(const TrainOrigin& origin) const {
    for (const auto& [key, wanted] : origin) {
      const auto found = content_.metadata.find(kOrigin + key);
      const std::string there = found == content_.metadata.end() ? "not given" : found->second;
      if (there == wanted) continue;
      throw Error(ErrorKind::kUsage,
                  "was made with another " + key + ": " + Printable(there) + ", not " + wanted,
                  where_, "continue with the same options and images");
    }
  }

  Model Take(const ModelConfig& config, const std::string& prefix) {
    Model model = EmptyModel(config);
    for (const auto& to : Tensors(model))
      TakeTensor(&content_.tensors, prefix + to.name, to, where_);
    model.Validate(where_);
    return model;
  }

  template <typename T>
  T Number(const char* key) const {
    const auto found = content_.metadata.find(key);
    T value{};
    if (found == content_.metadata.end()) Fail("the metadata has no " + std::string(key));
    const std::string& text = found->second;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
      Fail("metadata " + std::string(key) + " is \"" + Printable(text) + "\", not a number");
    }
    return value;
  }

  std::string where_;
  Safetensors content_;
};

}  // namespace

void SaveCheckpoint(const TrainState& state, const TrainOrigin& origin,
                    const std::filesystem::path& path) {
  Safetensors content;
  content.metadata = {{"format", kFormat},
                      {"step", std::to_string(state.step)},
                      {"epoch_loss", NumberText(state.epoch_sums.total)},
                      {"epoch_mse", NumberText(state.epoch_sums.mse)},
                      {"epoch_ssim", NumberText(state.epoch_sums.ssim)},
                      {"epoch_offset", NumberText(state.epoch_sums.offset)}};
  for (const auto& [key, value] : origin) content.metadata[kOrigin + key] = value;
  Put(state.model, "", &content.tensors);
  Put(state.first_moment, kFirst, &content.tensors);
  Put(state.second_moment, kSecond, &content.tensors);
  WriteFileAtomically(path, SerializeSafetensors(content));
}

TrainState LoadCheckpoint(const ModelConfig& config, const TrainOrigin& origin,
                          const std::filesystem::path& path) {
  return CheckpointReader(path.string(), ParseSafetensors(ReadFile(path), path.string()))
      .Read(config, origin);
}

}  // namespace auif
