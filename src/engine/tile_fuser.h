// Fusing one tile: its rows of both sources through the encoders, the fusion layer and the decoder.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "auif/fuse.h"
#include "engine/result_rows.h"
#include "engine/source_stream.h"
#include "engine/tiling.h"

namespace auif {

// Fuses a band of rows of an image, tile by tile. The sources' rows come in order, kChunkRows at
// most at a time; of each such chunk
//
//   Encode(0, ...) and Encode(1, ...)      in any order or at a time,
//   Write(i, ...) for all i < kParts       in any order or at a time, and
//   Advance()                              once.
class TileFuser {
 public:
  static constexpr int kParts = 2;

  // Computes the rows `output` of an image of `height` rows. network, columns: must outlive this.
  // lender: a fuser of the same columns that never computes at the same time, whose working memory
  // is shared; null: none.
  TileFuser(const Network& network, const ColumnTiling& columns, const FuseOptions& options,
            int height, RowRange output, const TileFuser* lender = nullptr);

  // The first source row of this tile of `columns` comes next.
  void Start(int tile);
  // The source rows that must be encoded, in this order.
  RowRange source() const { return streams_[0].source(); }
  // Runs the next rows of a source, which have the image's width, through its encoders.
  void Encode(int source, const SourceView& rows);
  // Writes a part of the result's rows that the encoded ones allow. `out` begins with the result's
  // row `first`.
  void Write(int part, const ResultView& out, int first);
  // These rows are written.
  void Advance() { next_ = Ready(); }

  // All of a tile's chunks: sources and result are whole images.
  void Fuse(int tile, const std::array<SourceView, 2>& sources, const ResultView& out);

  const SourceStream& stream(int source) const { return streams_[source]; }

 private:
  int Ready() const;  // the first row that cannot be written yet

  const ColumnTiling* columns_;
  int tile_ = 0;
  int below_;  // rows of the maps below a row of the result that it needs
  RowRange output_;
  int next_;  // the first row that is not written yet
  std::array<SourceStream, 2> streams_;
  std::shared_ptr<std::vector<ResultRows>> parts_;
};

}  // namespace auif
