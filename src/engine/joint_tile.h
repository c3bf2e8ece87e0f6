// Joint unrolling of one tile: rows of both sources through tone, encoders and decoder.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "auif/sample_view.h"
#include "base/row_buffer.h"
#include "engine/encoder_rows.h"
#include "engine/tiling.h"
#include "kernels/initial_filters.h"
#include "network/joint_compile.h"
#include "network/joint_tone.h"

namespace auif {

// Fuses a band of rows of an image, tile by tile; the sources' rows come in order.
class JointTile {
 public:
  // Computes the rows `output` of an image of `height` rows. network, columns: must outlive this.
  JointTile(const JointNetwork& network, const ColumnTiling& columns, int height, RowRange output);

  // The first source row of this tile of `columns` comes next. curve: of the whole pair; it must
  // stay until the tile is done.
  void Start(int tile, const ToneCurve& curve);
  // The source rows that must be pushed, in this order.
  RowRange source() const { return source_; }
  // Takes the next rows of both sources, which have the image's width, at most kChunkRows, and
  // writes the rows of the result that they allow. `out` begins with the result's row `first`.
  void Push(const SourceView& ir, const SourceView& vis, const ResultView& out, int first);

  // All of a tile's chunks: sources and result are whole images.
  void Fuse(int tile, const ToneCurve& curve, const std::array<SourceView, 2>& sources,
            const ResultView& out);

 private:
  void TakeRows(const SourceView& ir, const SourceView& vis);
  void Initialise();
  void Write(const ResultView& out, int first);
  void WriteRow(int y, float* row, const ResultView& out, int first);

  const JointNetwork* network_;
  const ColumnTiling* columns_;
  RowLayout layout_;
  int height_;
  RowRange output_, source_;
  int tile_ = 0, pushed_ = 0, next_ = 0;  // first rows not pushed, not written yet
  const ToneCurve* curve_ = nullptr;
  std::array<RecentRows, 2> toned_;     // A, B
  RecentRows closed_, least_, detail_;  // t, n, y_0
  std::array<ColumnSums, 2> sums_;
  RowBuffer<float> other_;  // B0 and D0 of the second source
  EncoderRows encoders_;
  std::array<RowBuffer<float>, 2> decoded_;
  RowBuffer<float> plain_;  // a row that is not striped
  std::vector<const float*> in_, from_;
  std::vector<float*> to_;
};

// Source rows below a row of the result that it needs.
inline int JointReach(int layers) { return kDetailRadius + 2 * layers + kJointDecoderRadius; }

}  // namespace auif
