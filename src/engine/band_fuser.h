// Fusing a range of an image's rows as its sources' rows come in.
#pragma once

#include <array>

#include "auif/fuse.h"
#include "base/reflect.h"
#include "base/row_buffer.h"
#include "engine/row_stream.h"
#include "kernels/fuse_maps.h"

namespace auif {

// Rows above and below that the fusion layer reads.
inline int Neighbours(Strategy strategy) { return strategy == Strategy::kL1 ? 1 : 0; }

// Rows of the initial maps above and below that a row of the result needs: two a layer, those of
// the fusion layer, and one of the decoder.
inline int Reach(int layers, Strategy strategy) { return 2 * layers + Neighbours(strategy) + 1; }

// Row y of the decoder's input. map(m, y): row y of the m-th map, in AddMapRows' order.
template <class Map>
void FuseMapRow(const FuseOptions& options, const RowLayout& layout, int height, int y,
                const Map& map, float* out) {
  std::array<MapRows, 4> rows;
  for (int m = 0; m < 4; ++m) {
    for (int i = -1; i <= 1; ++i) {
      rows[m][i + 1] = map(m, Neighbours(options.strategy) == 0 ? y : Reflect(y + i, height));
    }
  }
  const MapWeights& w = options.weights;
  std::array<float, 4> weights = {w.base_ir, w.base_vis, w.detail_ir, w.detail_vis};
  if (options.strategy == Strategy::kL1) return AttendMapRows(weights, rows, layout, out);
  if (options.strategy == Strategy::kAverage) {
    for (float& weight : weights) weight *= 0.5f;
  }
  AddMapRows(weights, rows, layout, out);
}

// Both sources' streams, and the fusion layer and the decoder behind them.
class BandFuser {
 public:
  // Computes the rows `output` of an image of `height` rows. network: must outlive the fuser.
  // lender: a fuser of the same layout and network that never computes at the same time; its
  // working memory is shared. Null: none.
  BandFuser(const Network& network, const RowLayout& layout, const FuseOptions& options, int height,
            RowRange output, const BandFuser* lender = nullptr);

  // Ready for the next image or panel. See SourceStream::Restart.
  void Restart(bool left, bool right);
  // The source rows that must be pushed, in this order.
  RowRange source() const { return streams_[0].source(); }
  const SourceStream& stream(int source) const { return streams_[source]; }
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
