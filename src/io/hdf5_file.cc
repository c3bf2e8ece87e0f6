#include "io/hdf5_file.h"

#include "io/plugin.h"

namespace auif {

std::unique_ptr<TensorFile> OpenHdf5File(const std::filesystem::path& path) {
  using Open = TensorFile*(const std::filesystem::path*);
  static auto* const open = PluginFunction<Open>("hdf5", "auif_open_hdf5_file");
  return std::unique_ptr<TensorFile>(open(&path));
}

}  // namespace auif
