// Fusing a pair of files by rows, in memory that grows with their width alone.
#pragma once

#include <filesystem>

#include "auif/fuse.h"
#include "io/image_rows.h"

namespace auif {

// Whether FuseRows takes the pair, whose sizes are equal. It does not where whole images need
// less memory, nor where the visible image may have colours and cannot be read twice, to see
// whether it has.
bool CanFuseRows(const ImageReader& ir, const ImageReader& vis);

// Writes the file that reading, Fuser::Fuse and WriteImage would. The readers must be at their
// first rows. threads: also for reading both images and writing the result side by side.
void FuseRows(const Fuser& fuser, ImageReader& ir, ImageReader& vis,
              const std::filesystem::path& out, int bits, int threads);

}  // namespace auif
