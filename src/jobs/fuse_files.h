// The steps of auif/fuse_files.h, for jobs that do more with a pair.
#pragma once

#include <filesystem>

#include "auif/fuse_files.h"
#include "auif/io.h"
#include "io/source_reader.h"

namespace auif {

// Both files, open at their first rows.
struct OpenPair {
  SourceReader ir, vis;
  ColourRule colour = {};
};

// Where a result goes.
struct FuseOutput {
  std::filesystem::path path;
  const ImageFormat* format = nullptr;
  SampleType type = SampleType::kUint8;
};

// Throws Error (kUsage) where no such file can be written.
FuseOutput OpenOutput(const std::filesystem::path& path, SampleType type);
// Throws Error (kInput) for files that cannot be read, and for sizes that differ or are too small
// for the method, once one was scaled where the options say so.
OpenPair OpenSources(const FusionMethod& method, const std::filesystem::path& ir,
                     const std::filesystem::path& vis, const PairOptions& options = {});

// Fuses whole images.
void FuseWhole(const FusionMethod& method, const Image& ir, const Image& vis, const FuseOutput& out,
               const ColourRule& rule = {});

// Writes the file that FuseWhole would, in memory that grows with the width alone; the method must
// be one that fuses by rows. threads: also for reading both images and writing the result side by
// side.
void FuseRows(const FusionMethod& method, OpenPair& sources, const FuseOutput& out, int threads);

// FuseRows where the method and the sources can and whole images would need more memory, else
// FuseWhole.
void FuseOpened(const FusionMethod& method, OpenPair& sources, const FuseOutput& out, int threads);

}  // namespace auif
