// Arrays that NumPy's save and savez wrote, without NumPy.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "io/tensor_file.h"

namespace auif {

// The bytes of a .npy file with floating-point numbers in C order. Throws Error (kInput).
Tensor ParseNpy(std::string_view bytes, const std::string& where);

// A .npz file, a zip archive of .npy files: arrays by their names without ".npy". All are read at
// once, at most 256 MiB.
std::unique_ptr<TensorFile> OpenNpz(const std::filesystem::path& path);

}  // namespace auif
