// The safetensors format: 8 bytes with the length of a JSON header, the header (name, number type,
// shape and place of every tensor, and a map of strings), then the numbers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "io/tensor.h"

namespace auif {

struct Safetensors {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;
};

// Reads a whole file's bytes; `where` is its name in messages. Numbers of PyTorch's types are
// rounded to float. Throws Error (kInput) for every departure from the format: a header that is too
// long, not JSON or has keys twice; places that overlap, leave holes or end outside the file;
// shapes that do not fit the number of bytes.
Safetensors ParseSafetensors(std::string_view bytes, const std::string& where);

// The file's bytes, F32 throughout. The same content always gives the same bytes: tensors by name,
// the header padded so that the numbers start at a multiple of 8. Bytes of the metadata that are
// not UTF-8 are replaced, since JSON has no place for them.
std::string SerializeSafetensors(const Safetensors& content);

}  // namespace auif
