// Mistakes in the images that a caller passes: found once a call, each an Error.
#pragma once

#include "auif/sample_view.h"
#include "engine/tiling.h"

namespace auif {

// Throw Error (kUsage). where: "ir", "vis", "out", "source".
//
// No data, or a stride below the width.
void CheckView(const SourceView& view, const char* where);
// Floats that are evidently not in [0, 1]: finite values above 2 among some thousand that lie on a
// grid over an image of `height` rows, of which `rows` are given.
void CheckRange(const SourceView& rows, RowRange range, int height, const char* where);
// A result of another size than `size`, or in a source's memory.
void CheckResult(const ResultView& out, Size size);
void CheckApart(const SourceView& source, const ResultView& out, const char* where);

// All of the above, for a pair and its result.
void CheckFusion(const SourceView& ir, const SourceView& vis, const ResultView& out);

}  // namespace auif
