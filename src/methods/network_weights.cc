#include "methods/network_weights.h"

#include "auif/error.h"
#include "base/fingerprint.h"
#include "io/atomic_file.h"
#include "io/safetensors.h"

namespace auif {

NetworkWeights NetworkWeights::Parse(std::string_view bytes, const std::string& where) {
  NetworkWeights weights;
  weights.where_ = where;
  try {
    weights.tensors_ = ParseSafetensors(bytes, where).tensors;
  } catch (const Error& error) {
    if (!error.hint().empty()) throw;
    throw Error(error.kind(), error.message(), where,
                "auif import --method makes such a file of what is published");
  }
  weights.fingerprint_ = Fingerprint().Add(bytes).Text();
  return weights;
}

NetworkWeights NetworkWeights::Read(const std::string& file) { return Parse(ReadFile(file), file); }

NetworkWeights NetworkWeights::Open(const std::string& file, const unsigned char* bytes,
                                    std::size_t size) {
  if (!file.empty()) return Read(file);
  return Parse({reinterpret_cast<const char*>(bytes), size}, "the built-in weights");
}

const Tensor& NetworkWeights::Get(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(ErrorKind::kInput, "tensor " + name + " is missing", where_,
                "docs/methods.md says which weights the method reads");
  }
  return found->second;
}

std::span<const float> NetworkWeights::Take(const std::string& name,
                                            const std::vector<std::int64_t>& shape) const {
  const Tensor& tensor = Get(name);
  if (tensor.shape != shape) {
    throw Error(
        ErrorKind::kInput,
        "tensor " + name + " has shape " + ShapeText(tensor.shape) + ", not " + ShapeText(shape),
        where_);
  }
  return tensor.values;
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

std::int64_t Parameters(std::span<const ConvLayer> layers) {
  std::int64_t count = 0;
  for (const ConvLayer& layer : layers) count += layer.parameters();
  return count;
}

}  // namespace auif
