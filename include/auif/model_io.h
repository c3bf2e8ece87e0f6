// Models from and to files. Part of the library `auif::auif`; `auif::core` does without files.
#pragma once

#include <filesystem>
#include <vector>

#include "auif/model.h"

namespace auif {

// The model that `auif fuse` uses when none is given. Embedded in the library.
const Model& DefaultModel();

// Model files are safetensors files with the configuration in their metadata; docs/model-format.md
// lists the tensors. Throw Error: kInput for a file that cannot be read or is not a valid model,
// kOutput for one that cannot be written. A failed save leaves the old file as it was.
Model LoadModel(const std::filesystem::path& path);
void SaveModel(const Model& model, const std::filesystem::path& path);

// Reads the authors' published weights: three files written by torch.save (the legacy format or
// the zip format of today), holding the state dicts of the base encoder, the detail encoder and
// the decoder, in any order, or one folder that holds them. Nothing in the files is executed.
Model ImportTorch(const std::vector<std::filesystem::path>& files);

}  // namespace auif
