// Models from and to files. Part of the library `auif::auif`; `auif::core` does without files.
#pragma once

#include <filesystem>
#include <variant>
#include <vector>

#include "auif/export.h"
#include "auif/joint_model.h"
#include "auif/model.h"

namespace auif {

// Model files are safetensors files with the configuration in their metadata; docs/model-format.md
// lists the tensors. What was saved is loaded bit by bit, and the same model always gives the same
// file.
//
// LoadModel throws Error (kInput) where the file cannot be read, is no safetensors file or no valid
// model; it names the tensor that is missing, unexpected, of the wrong shape or not finite.
AUIF_API Model LoadModel(const std::filesystem::path& path);
// SaveModel throws Error: kInput for a model that is not valid, kOutput where the file cannot be
// written; then the old file stays as it was. Metadata that has the name of a part of the
// configuration is not saved.
AUIF_API void SaveModel(const Model& model, const std::filesystem::path& path);

// The same for models of joint unrolling. Either function throws Error (kInput) for the other's
// file.
AUIF_API JointModel LoadJointModel(const std::filesystem::path& path);
AUIF_API void SaveModel(const JointModel& model, const std::filesystem::path& path);
// A model of either network.
AUIF_API std::variant<Model, JointModel> LoadAnyModel(const std::filesystem::path& path);

// Reads weights of the authors' code: files written by torch.save (the legacy format or the zip
// format of today) or safetensors with the state dicts of the base encoder, the detail encoder and
// the decoder, in any order, in one file or several, or one folder that holds them, where other
// files do not matter. A state dict may stand in a checkpoint beside an optimizer's state and
// others; whatever prefixes stand before its keys are left out. Nothing in the files is executed.
// The model has the release form; its metadata says from which files it came (`source`). Throws
// Error: kInput where a file is broken, holds no tensors, or a part of the network is missing,
// there twice, or has an unknown key or shape; kUsage without files.
AUIF_API Model ImportTorch(const std::vector<std::filesystem::path>& files);

}  // namespace auif
