// The fusion layer and the decoder: rows of the result from rows of the four feature maps.
#pragma once

#include <array>
#include <vector>

#include "auif/fuse.h"
#include "base/reflect.h"
#include "base/row_buffer.h"
#include "engine/tiling.h"
#include "kernels/fuse_maps.h"
#include "network/compile.h"

namespace auif {

// Writes the pixels that a tile owns, of its striped row, into an image's row `out`. spare: a row
// of the layout.
void WriteOwnColumns(const RowLayout& layout, const Columns& columns, const float* row,
                     float* spare, SampleType type, void* out);

// Keeps nothing from one call of Write to the next. One thread at a time may use it.
class ResultRows {
 public:
  // network: must outlive this.
  ResultRows(const Network& network, const FuseOptions& options, const RowLayout& layout,
             int height);

  // The rows `rows` of the result, whose pixels in the tile's own columns go to `out`; its first
  // row is the result's row `first`. map(m, y): row y of the m-th map, striped with a margin vector
  // on each side, in AddMapRows' order; needed from rows.begin - 1 - Neighbours on.
  template <class Map>
  void Write(RowRange rows, const Map& map, const Columns& columns, const ResultView& out,
             int first) {
    if (rows.size() <= 0) return;
    const auto fuse = [&](int y) { FuseMapRow(y, MapRowsAt(map, y)); };
    if (rows.begin > 0) fuse(rows.begin - 1);
    fuse(rows.begin);
    for (int y = rows.begin; y < rows.end; ++y) {
      if (y + 1 < height_) fuse(y + 1);
      Decode(y, columns, out.At(y - first), out.type());
    }
  }

 private:
  static constexpr int kSums = 4;  // rows of the decoder's input; it reads three

  template <class Map>
  std::array<MapRows, 4> MapRowsAt(const Map& map, int y) const {
    std::array<MapRows, 4> rows;
    for (int m = 0; m < 4; ++m) {
      for (int i = -1; i <= 1; ++i) {
        rows[m][i + 1] = map(m, Neighbours(options_.strategy) == 0 ? y : Reflect(y + i, height_));
      }
    }
    return rows;
  }
  void FuseMapRow(int y, const std::array<MapRows, 4>& maps);
  void Decode(int y, const Columns& columns, void* out, SampleType type);

  const Network* network_;
  FuseOptions options_;
  RowLayout layout_;
  int height_;
  RowBuffer<float> sums_;     // row y in y % kSums
  RowBuffer<float> decoded_;  // striped, and then not
};

}  // namespace auif
