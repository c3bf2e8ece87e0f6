// The built-in model as tables of constants, generated from models/auif-default.safetensors by
// cmake/EmbedModel.cmake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "auif/model.h"

namespace auif {

struct EmbeddedText {
  const char* key;
  const char* text;
};

// `count` values from kDefaultWords[first] on.
struct EmbeddedTensor {
  const char* name;
  std::size_t first, count;
};

extern const ModelConfig kDefaultConfig;
extern const std::span<const EmbeddedText> kDefaultMetadata;
extern const std::span<const EmbeddedTensor> kDefaultTensors;
extern const std::span<const std::uint32_t> kDefaultWords;  // the bits of floats

}  // namespace auif
