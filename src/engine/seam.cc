#include "engine/seam.h"

#include "kernels/decode.h"

namespace auif {

Seam::Seam(const Network& network, const RowLayout& layout, const FuseOptions& options, int height,
           int row)
    : network_(&network), layout_(layout), options_(options), height_(height), row_(row) {
  const int rows = 4 * network.layers();
  for (Wedge& wedge : wedges_) {
    wedge.source = RowBuffer<float>(rows, layout.size(), 0);
    for (auto& level : wedge.rows) {
      level = RowBuffer<float>(rows, layout.size(), 2 * layout.lanes());
    }
    wedge.in.resize(rows + 4);
    wedge.from.resize(rows);
    wedge.out.resize(rows);
  }
  for (Output& output : outputs_) {
    const int reach = Reach(network.layers(), options.strategy);
    output.sums = RowBuffer<float>(reach + 2, layout.size(), 2 * layout.lanes());
    output.decoded = RowBuffer<float>(1, layout.size(), 0);
  }
}

RowRange Seam::Half(int task) const {
  const int reach = Reach(network_->layers(), options_.strategy);
  return task == 0 ? RowRange{row_ - reach, row_} : RowRange{row_, row_ + reach};
}

// Row y of a layer: of the wedge, or of the band beside it.
const float* Seam::Row(int task, int level, int y, const BandFuser& above,
                       const BandFuser& below) const {
  const int source = task % 2, encoder = task / 2;
  const RowRange wedge{row_ - 2 * level, row_ + 2 * level};
  if (y < wedge.begin) return above.stream(source).Level(encoder, level).Row(y);
  if (y >= wedge.end) return below.stream(source).Level(encoder, level).FirstRow(y - wedge.end);
  return wedges_[task].rows[level % 2][y - wedge.begin];
}

void Seam::Encode(int task, const BandFuser& above, const BandFuser& below, bool left, bool right,
                  const std::array<PlaneView<const float>, 2>& sources, int column) {
  Wedge& wedge = wedges_[task];
  const int layers = network_->layers(), begin = row_ - 2 * layers;
  for (int y = begin; y < row_ + 2 * layers; ++y) {
    StripeRow(layout_, sources[task % 2].Row(y) + column, wedge.source[y - begin]);
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

void Seam::FuseHalf(int task, const BandFuser& above, const BandFuser& below) {
  const RowRange rows = Half(task);
  for (int y = rows.begin - 1; y < rows.end + 1; ++y) {
    const auto map = [&](int m, int row) { return Row(m, network_->layers(), row, above, below); };
    FuseMapRow(options_, layout_, height_, y, map, outputs_[task].sums[y - rows.begin + 1]);
  }
}

const float* Seam::DecodeNext(int task, int y) {
  Output& output = outputs_[task];
  const int i = y - Half(task).begin;
  DecodeRow(network_->decoder, {output.sums[i], output.sums[i + 1], output.sums[i + 2]}, layout_,
            output.decoded[0]);
  return output.decoded[0];
}

}  // namespace auif
