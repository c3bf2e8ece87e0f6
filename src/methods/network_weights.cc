#include "methods/network_weights.h"

#include "auif/error.h"
#include "base/fingerprint.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"

namespace auif {

NetworkWeights NetworkWeights::Open(const std::string& file, std::string_view built_in) {
  const std::string read = file.empty() ? std::string() : ReadFile(file);
  const std::string_view bytes = file.empty() ? built_in : read;
  NetworkWeights weights;
  weights.where_ = file.empty() ? "the built-in weights" : file;
  weights.tensors_ = ParseSafetensors(bytes, weights.where_).tensors;
  weights.fingerprint_ = Fingerprint().Add(bytes).Text();
  return weights;
}

std::span<const float> NetworkWeights::Take(const std::string& name,
                                            const std::vector<std::int64_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(ErrorKind::kInput, "tensor " + name + " is missing", where_,
                "docs/methods.md says which weights the method reads");
  }
  if (found->second.shape != shape) {
    throw Error(ErrorKind::kInput,
                "tensor " + name + " has shape " + ShapeText(found->second.shape) + ", not " +
                    ShapeText(shape),
                where_);
  }
  return found->second.values;
}

ConvLayer NetworkWeights::Layer(const std::string& name, int in, int out, int size,
                                float slope) const {
  return {
      in,   out, size, Take(name + "/kernel", {out, in, size, size}), Take(name + "/bias", {out}),
      slope};
}

ConvLayer NetworkWeights::LayerWithoutBias(const std::string& name, int in, int out, int size,
                                           float slope) const {
  return {in, out, size, Take(name, {out, in, size, size}), {}, slope};
}

}  // namespace auif
