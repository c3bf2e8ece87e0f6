// Images that lie on a side or are mirrored, upright.
#pragma once

#include <filesystem>
#include <memory>

#include "io/codecs/codec.h"

namespace auif {

// The reader itself where its rows are upright, else one that gives them so, with a note. Mirrored
// rows (2) stay single rows; for the others the image is held in memory, whole.
std::unique_ptr<RowReader> Upright(std::unique_ptr<RowReader> reader,
                                   const std::filesystem::path& path);

}  // namespace auif
