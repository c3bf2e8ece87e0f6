// HDF5 files, such as Keras's weights, through libhdf5.
#pragma once

#include <filesystem>
#include <memory>

#include "io/tensor_file.h"

namespace auif {

// The datasets by their paths ("block1_conv1/kernel:0"). Links of every kind but a folder's own,
// data in other files, virtual datasets, and filters other than gzip are refused, so nothing but
// this file is read and no plugin is loaded. Throws Error (kInput).
std::unique_ptr<TensorFile> OpenHdf5File(const std::filesystem::path& path);

}  // namespace auif
