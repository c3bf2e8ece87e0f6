// The weights of the learned methods: safetensors files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "io/tensor.h"
#include "kernels/conv_layer.h"

namespace auif {

class NetworkWeights {
 public:
  // A safetensors file, or, where `file` is empty, what such a file holds that is built in. Throws
  // Error (kInput).
  static NetworkWeights Open(const std::string& file, std::string_view built_in);

  bool Has(const std::string& tensor) const { return tensors_.contains(tensor); }
  // The layer NAME/kernel (out x in x size x size) and NAME/bias. Throws Error (kInput) if a tensor
  // is missing or of another shape.
  ConvLayer Layer(const std::string& name, int in, int out, int size, float slope) const;
  // The layer NAME, without a bias.
  ConvLayer LayerWithoutBias(const std::string& name, int in, int out, int size, float slope) const;
  // Stands for all numbers.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  std::span<const float> Take(const std::string& name,
                              const std::vector<std::int64_t>& shape) const;

  TensorMap tensors_;
  std::string where_, fingerprint_;
};

}  // namespace auif
