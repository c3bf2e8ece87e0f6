// The weights of the learned methods: safetensors files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "io/tensor.h"
#include "kernels/conv_layer.h"

namespace auif {

class NetworkWeights {
 public:
  // A safetensors file. Throws Error (kInput).
  static NetworkWeights Read(const std::string& file);
  // The same, or where `file` is empty such a file's bytes that are built in (auif_embed_file).
  static NetworkWeights Open(const std::string& file, const unsigned char* bytes, std::size_t size);

  bool Has(const std::string& tensor) const { return tensors_.contains(tensor); }
  // A tensor of any shape. Throws Error (kInput) if it is missing.
  const Tensor& Get(const std::string& name) const;
  // Their name in messages.
  const std::string& where() const { return where_; }
  // The layer NAME/kernel (out x in x size x size) and NAME/bias. Throws Error (kInput) if a tensor
  // is missing or of another shape.
  ConvLayer Layer(const std::string& name, int in, int out, int size, float slope) const;
  // The layer NAME, without a bias.
  ConvLayer LayerWithoutBias(const std::string& name, int in, int out, int size, float slope) const;
  // Stands for all numbers.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  static NetworkWeights Parse(std::string_view bytes, const std::string& where);
  std::span<const float> Take(const std::string& name,
                              const std::vector<std::int64_t>& shape) const;

  TensorMap tensors_;
  std::string where_, fingerprint_;
};

// How many numbers they have.
std::int64_t Parameters(std::span<const ConvLayer> layers);

}  // namespace auif
