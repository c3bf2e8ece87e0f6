#include "engine/seam.h"

namespace auif {

Seam::Seam(const Network& network, const ColumnTiling& columns, const FuseOptions& options,
           int height, int row)
    : network_(&network),
      columns_(&columns),
      layout_(columns.width),
      row_(row),
      reach_(Reach(network.layers(), options.strategy)),
      results_(kWriteTasks, ResultRows(network, options, layout_, height)) {
  const int rows = 4 * network.layers();
  for (Wedge& wedge : wedges_) {
    wedge.source = RowBuffer<float>(rows, layout_.size(), 0);
    for (auto& layer : wedge.rows) {
      layer = RowBuffer<float>(rows, layout_.size(), 2 * layout_.lanes());
    }
    wedge.in.resize(rows + 4);
    wedge.from.resize(rows);
    wedge.out.resize(rows);
  }
}

// Row y of a layer: of the wedge, or of the band beside it.
const float* Seam::Row(int task, int layer, int y, const TileFuser& above,
                       const TileFuser& below) const {
  const int source = task % 2, encoder = task / 2;
  const RowRange wedge{row_ - 2 * layer, row_ + 2 * layer};
  if (y < wedge.begin) return above.stream(source).Layer(encoder, layer).Row(y);
  if (y >= wedge.end) return below.stream(source).Layer(encoder, layer).FirstRow(y - wedge.end);
  return wedges_[task].rows[layer % 2][y - wedge.begin];
}

void Seam::Encode(int task, const TileFuser& above, const TileFuser& below, int tile,
                  const std::array<SourceView, 2>& sources) {
  Wedge& wedge = wedges_[task];
  const SourceView& source = sources[task % 2];
  const bool left = tile == 0, right = tile + 1 == columns_->count();
  const int layers = network_->layers(), begin = row_ - 2 * layers;
  for (int y = begin; y < row_ + 2 * layers; ++y) {
    StripeRow(layout_, source.type(), source.At(y, columns_->tiles[tile].first),
              wedge.source[y - begin]);
  }
  for (int l = 1; l <= layers; ++l) {
    const int first = row_ - 2 * l, count = 4 * l;
    for (int i = 0; i < count + 4; ++i) wedge.in[i] = Row(task, l - 1, first - 2 + i, above, below);
    for (int i = 0; i < count; ++i) {
      wedge.from[i] = wedge.source[first + i - begin];
      wedge.out[i] = wedge.rows[l % 2][i];
    }
    RunLayerStep(network_->encoders[task / 2][l - 1], {&layout_, left, right}, count,
                 wedge.in.data(), wedge.from.data(), wedge.out.data());
  }
}

void Seam::Write(int task, const TileFuser& above, const TileFuser& below, int tile,
                 const ResultView& out) {
  const RowRange rows = task == 0 ? RowRange{row_ - reach_, row_} : RowRange{row_, row_ + reach_};
  const auto map = [&](int m, int y) { return Row(m, network_->layers(), y, above, below); };
  results_[task].Write(rows, map, columns_->tiles[tile], out, 0);
}

}  // namespace auif
