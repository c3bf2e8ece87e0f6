// Running a source's rows through its two encoders as they become available (encoder_rows.h).
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "auif/sample_view.h"
#include "base/row_buffer.h"
#include "engine/encoder_rows.h"
#include "engine/tiling.h"
#include "kernels/initial_filters.h"
#include "network/compile.h"

namespace auif {

// One source image on its way through both encoders. All rows that it gives are striped and have
// two margin vectors on each side.
class SourceStream {
 public:
  // Computes the encoders' outputs for the rows `output` of an image of `height` rows.
  // network: must outlive the stream. scratch: of the same layout and layers; streams of which none
  // computes before what another gave was read may share it. Null: its own.
  SourceStream(const Network& network, const RowLayout& layout, int height, RowRange output,
               std::shared_ptr<StreamScratch> scratch = nullptr);

  // Ready for the next image or the next tile of one. left, right: its rows begin and end where
  // the image does.
  void Restart(bool left, bool right);
  // The source rows that must be pushed, in this order.
  RowRange source() const { return source_; }
  // Takes the next source rows, from `column` on; at most kChunkRows between two calls of Encode.
  // Computes all rows of B0 and D0 that they allow, which stay readable until Encode.
  void Push(const SourceView& rows, int column);
  // Computes all rows of all layers that the initial ones allow.
  void Encode() {
    encoders_.Encode([this](int, int y) { return SourceRow(y); });
  }

  // encoder: 0 base, 1 detail. The last `LayerRows::kKept` rows of `Last` stay readable over the
  // next Encode, the others that it computed until then.
  const LayerRows& First(int encoder) const { return encoders_.Layer(encoder, 0); }
  const LayerRows& Last(int encoder) const { return encoders_.Layer(encoder, encoders_.layers()); }
  // 0: the initial rows; N: the last ones.
  const LayerRows& Layer(int encoder, int layer) const { return encoders_.Layer(encoder, layer); }
  const std::shared_ptr<StreamScratch>& scratch() const { return encoders_.scratch(); }

 private:
  void Initialise();
  float* SourceRow(int y) { return source_rows_[y]; }

  RowLayout layout_;
  int height_;
  RowRange source_;
  int pushed_;  // first source row that was not pushed yet
  RecentRows source_rows_;
  ColumnSums sums_;
  EncoderRows encoders_;
};

}  // namespace auif
