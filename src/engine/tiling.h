// How an image is cut into tiles.
//
// A tile is a band of rows and a range of columns whose working rows stay in a core's L2 cache.
// Around it the network reads a halo: two pixels a layer, and those of the filters, the fusion
// layer and the decoder. Wherever an image is cut, a pixel is the same sum in the same order, so
// the result has the same bits for any tiling.
//
// Columns: tiles beside each other overlap by their halos, which are computed twice. Beyond its
// ends a tile's rows reflect what lies inside the image; what that makes wrong is halo.
// Rows: nothing is computed twice; see seam.h.
#pragma once

#include <algorithm>
#include <vector>

#include "auif/fuse_options.h"

namespace auif {

// A range of rows [begin, end).
struct RowRange {
  int begin = 0, end = 0;
  int size() const { return end - begin; }
  // Grown by `margin` on both sides, but not beyond an image of `height` rows.
  RowRange Grown(int margin, int height) const {
    return {std::max(0, begin - margin), std::min(height, end + margin)};
  }
  // The part-th of `parts` that are equal but for a row.
  RowRange Part(int part, int parts) const {
    return {begin + size() * part / parts, begin + size() * (part + 1) / parts};
  }
};

// Rows above and below that the fusion layer reads.
inline int Neighbours(Strategy strategy) { return strategy == Strategy::kL1 ? 1 : 0; }

// Rows of the initial maps above and below that a row of the result needs: two a layer, those of
// the fusion layer, and one of the decoder.
inline int Reach(int layers, Strategy strategy) { return 2 * layers + Neighbours(strategy) + 1; }

// Where the bands begin that divide `height` rows among the threads, and the height itself. Each
// has at least `kept` rows that no seam computes.
std::vector<int> CutRows(int height, int layers, Strategy strategy, int threads, int kept);

// The columns of a tile.
struct Columns {
  int first;       // with its halo
  int begin, end;  // of the image's pixels that it owns
};

// All tiles beside each other are of one width, halos included.
struct ColumnTiling {
  int count() const { return static_cast<int>(tiles.size()); }

  int width;
  std::vector<Columns> tiles;
};

// least: tiles wanted, or a multiple of it, if the image is wide enough for them.
ColumnTiling CutColumns(int width, int layers, int least);

}  // namespace auif
