// The state of a training, in a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "auif/train.h"

namespace auif {

// What the state was made from, as text by name: options and images. A checkpoint may only continue
// with the same.
using TrainOrigin = std::map<std::string, std::string>;

// A safetensors file: the model's tensors, Adam's moments as "adam.first.NAME" and
// "adam.second.NAME", the rest as metadata. Written atomically: on any failure (Error, kOutput) the
// old file stays.
void SaveCheckpoint(const TrainState& state, const TrainOrigin& origin,
                    const std::filesystem::path& path);

// Reads the state of a checkpoint for a model of this configuration. Throws Error: kInput for a
// file that cannot be read or is no checkpoint, kUsage where its origin is another, with the first
// difference.
TrainState LoadCheckpoint(const ModelConfig& config, const TrainOrigin& origin,
                          const std::filesystem::path& path);

}  // namespace auif
