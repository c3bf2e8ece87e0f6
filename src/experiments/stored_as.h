// Methods whose published images were scored from lossy files.
#pragma once

#include <filesystem>
#include <memory>

#include "auif/method.h"

namespace auif {

// The method with its results as a JPEG file of this quality holds them. folder: for such files,
// which are gone when Fuse returns.
std::shared_ptr<const FusionMethod> StoredAsJpeg(std::shared_ptr<const FusionMethod> method,
                                                 int quality, std::filesystem::path folder);

}  // namespace auif
