// Fusing a range of a picture's rows as its sources' rows come in.
#pragma once

#include <array>

#include "auif/fuse.h"
#include "base/row_buffer.h"
#include "model/row_stream.h"

namespace auif {

// Both sources' streams, and the fusion layer and the decoder behind them.
class BandFuser {
 public:
  // Computes the rows `output` of a picture of `height` rows. network: must outlive the fuser.
  // lender: a fuser of the same layout and network that never computes at the same time; its
  // working memory is shared. Null: none.
  BandFuser(const Network& network, const RowLayout& layout, const FuseOptions& options, int height,
            RowRange output, const BandFuser* lender = nullptr);

  // Ready for the next picture or panel. See SourceStream::Restart.
  void Restart(bool left, bool right);
  // The source rows that must be pushed, in this order.
  RowRange source() const { return streams_[0].source(); }
  // The next row of both sources; at most kChunkRows between two calls of Advance.
  void Push(const float* ir, const float* vis) {
    streams_[0].Push(ir);
    streams_[1].Push(vis);
  }
  // Computes all rows of the result that the pushed rows allow: sink(y, row), with a striped row
  // without margins.
  template <class Sink>
  void Advance(const Sink& sink) {
    FuseMaps();
    const int end = sums_.complete() ? output_.end : sums_.end() - 1;
    for (; next_ < end; ++next_) {
      DecodeNext();
      sink(next_, decoded_[0]);
    }
  }

 private:
  // Rows above and below that the fusion layer reads.
  int Neighbours() const { return options_.strategy == Strategy::kL1 ? 1 : 0; }
  void FuseMaps();
  void DecodeNext();

  const Network* network_;
  RowLayout layout_;
  FuseOptions options_;
  int height_;
  RowRange sum_range_;
  LevelRows sums_;  // the decoder's input
  RowBuffer<float> sum_scratch_;
  RowBuffer<float> decoded_;
  RowRange output_;
  int next_;  // first row of the output that is not decoded yet
  std::array<SourceStream, 2> streams_;
};

}  // namespace auif
