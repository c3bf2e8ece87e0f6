// Fusing image files.
#pragma once

#include <filesystem>

#include "auif/colour_rule.h"
#include "auif/export.h"
#include "auif/io.h"
#include "auif/method.h"

namespace auif {

// Which source is scaled to the other's size.
enum class Resize { kNone, kInfrared, kVisible };

struct PairOptions {
  SourceOptions ir, vis;
  Resize resize = Resize::kNone;
  ColourRule colour = {};  // of the visible image and the result
};

struct FuseFilesOptions {
  PairOptions pair = {};

  SampleType type = SampleType::kUint8;  // of the result
  int threads = 1;  // that read both sources and write the result, beside the method's own
};

// Fuses two image files into a third. The sources are registered, of one size; of colours the luma
// is fused, and the result has the visible image's chroma where that has colours and the format of
// `out` holds them. Where the method fuses by rows, tall images do not take memory that grows with
// their height; the file is the same to the byte, for any number of threads.
//
//   FuseFiles(*OpenMethod("auif"), "ir.png", "vis.png", "fused.png");
//
// Throws Error: kInput for a source that cannot be read and for sizes that differ or are too small;
// kUsage for an `out` whose extension is unknown or whose format does not hold such samples, and
// where it is one of the sources; kOutput. An older `out` is replaced only by a complete one.
AUIF_API void FuseFiles(const FusionMethod& method, const std::filesystem::path& ir,
                        const std::filesystem::path& vis, const std::filesystem::path& out,
                        const FuseFilesOptions& options = {});

}  // namespace auif
