// State dicts that PyTorch's torch.save wrote, without PyTorch.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "io/tensor.h"
#include "io/tensor_file.h"

namespace auif {

// Whether these bytes start a file of torch.save: only the first kTorchPrefix matter.
bool IsTorchFile(std::string_view bytes);
inline constexpr std::size_t kTorchPrefix = 1024;

// The tensors of a state dict by their keys, from a file of today's zip format or of the legacy
// format (PyTorch before 1.6). Of a checkpoint, a dict with state dicts in it, those of all of
// them, with the dict's name and a dot before their keys ("state_dict.conv1.weight"); an
// optimizer's state, by numbers, is left out. Numbers of every type are rounded to float. Nothing
// in the file is executed. `where` is the file in messages. Throws Error (kInput) where the file is
// broken, cut off, holds no dict, or asks for a name that a checkpoint does not need.
TensorMap ParseTorchFile(std::string_view bytes, const std::string& where);

// The same for a file of which only some tensors are wanted: of the others' numbers nothing is
// read.
std::unique_ptr<TensorFile> OpenTorchFile(const std::filesystem::path& path);

}  // namespace auif
