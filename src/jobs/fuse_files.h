// The steps of auif/fuse_files.h, for jobs that do more with a pair.
#pragma once

#include <filesystem>

#include "auif/fuse_files.h"
#include "auif/io.h"

namespace auif {

// Both files, open at their first rows.
struct OpenPair {
  ImageReader ir, vis;
  std::filesystem::path vis_path;  // is read once more for its colours
};

// Where a result goes.
struct FuseOutput {
  std::filesystem::path path;
  const ImageFormat* format = nullptr;
  SampleType type = SampleType::kUint8;
};

// Throws Error (kUsage) where no such file can be written.
FuseOutput OpenOutput(const std::filesystem::path& path, int bits);
// Throws Error (kInput) for files that cannot be read, and for sizes that differ or are too small.
OpenPair OpenSources(const std::filesystem::path& ir, const std::filesystem::path& vis);

// Fuses whole images.
void FuseWhole(const Fuser& fuser, const Image& ir, const Image& vis, const FuseOutput& out);

// Whether FuseRows takes the pair. It does not where whole images need less memory, nor where the
// visible image may have colours and cannot be read twice, to see whether it has.
bool CanFuseRows(const OpenPair& sources);
// Writes the file that FuseWhole would, in memory that grows with the width alone. threads: also
// for reading both images and writing the result side by side.
void FuseRows(const Fuser& fuser, OpenPair& sources, const FuseOutput& out, int threads);

// FuseRows where it takes the pair, else FuseWhole.
void FuseOpened(const Fuser& fuser, OpenPair& sources, const FuseOutput& out, int threads);

}  // namespace auif
