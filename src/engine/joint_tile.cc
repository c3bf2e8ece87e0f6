#include "engine/joint_tile.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/reflect.h"
#include "engine/result_rows.h"
#include "kernels/tone_rows.h"

namespace auif {
namespace {

// The most rows that are needed at a time: a chunk, what the filters hold back until the last row
// comes, and behind it what the last layer and the decoder read.
int MostRows(int layers) { return kChunkRows + 2 * kDetailRadius + 2 * layers + 8; }

}  // namespace

JointTile::JointTile(const JointNetwork& network, const ColumnTiling& columns, int height,
                     RowRange output)
    : network_(&network),
      columns_(&columns),
      layout_(columns.width),
      height_(height),
      output_(output),
      source_(output.Grown(JointReach(network.layers()), height)),
      toned_{RecentRows(MostRows(network.layers()), layout_, 0),
             RecentRows(MostRows(network.layers()), layout_, 0)},
      closed_(MostRows(network.layers()), layout_, 2 * layout_.lanes()),
      least_(MostRows(network.layers()), layout_, 2 * layout_.lanes()),
      detail_(MostRows(network.layers()), layout_, 0),
      sums_{ColumnSums(layout_), ColumnSums(layout_)},
      other_(2, layout_.size(), 2 * layout_.lanes()),
      encoders_(network.encoders, layout_, height, output.Grown(kJointDecoderRadius, height)),
      plain_(1, layout_.size(), 0) {
  // Of the last chunk, also the rows that waited for those below them.
  const int most = MaxRows(network.layers()) + kJointDecoderRadius;
  for (auto& rows : decoded_) rows = RowBuffer<float>(most, layout_.size(), 2 * layout_.lanes());
  in_.resize(most + 2 * kJointDecoderRadius);
  from_.resize(most);
  to_.resize(most);
}

void JointTile::Start(int tile, const ToneCurve& curve) {
  tile_ = tile;
  curve_ = &curve;
  pushed_ = source_.begin;
  next_ = output_.begin;
  encoders_.Restart(tile == 0, tile + 1 == columns_->count());
}

void JointTile::TakeRows(const SourceView& ir, const SourceView& vis) {
  assert(ir.height() <= kChunkRows && pushed_ + ir.height() <= source_.end);
  const ToneTable table{curve_->levels.data(), kToneSteps, kStepsPerLevel, curve_->share,
                        curve_->shift};
  const int column = columns_->tiles[tile_].first;
  for (int i = 0; i < ir.height(); ++i, ++pushed_) {
    float *a = toned_[0][pushed_], *b = toned_[1][pushed_];
    StripeRow(layout_, ir.type(), ir.At(i, column), a);
    StripeRow(layout_, vis.type(), vis.At(i, column), b);
    ToneRows(table, layout_, a, b, closed_[pushed_], a, b, least_[pushed_]);
  }
}

void JointTile::Initialise() {
  const LayerRows& initial = encoders_.Layer(0, 0);
  const int begin = initial.end();
  const int end = pushed_ == source_.end ? initial.range().end : pushed_ - kDetailRadius;
  if (end <= begin) return;
  encoders_.ExtendInitial(end);
  for (int y = begin; y < end; ++y) {
    float *base = encoders_.InitialRow(0, y), *detail = encoders_.InitialRow(1, y);
    for (int s = 0; s < 2; ++s) {
      const auto row = [&](int at) -> const float* { return toned_[s][Reflect(at, height_)]; };
      if (y == initial.range().begin) {
        sums_[s].Start(y, row);
      } else {
        sums_[s].Advance(y - 1, row);
      }
      sums_[s].Filter(toned_[s][y], s == 0 ? base : other_[0], s == 0 ? detail : other_[1]);
    }
    JoinInitialRows(layout_, other_[0], other_[1], base, detail);
    std::memcpy(detail_[y], detail, sizeof(float) * layout_.size());
  }
}

void JointTile::Push(const SourceView& ir, const SourceView& vis, const ResultView& out,
                     int first) {
  TakeRows(ir, vis);
  Initialise();
  encoders_.Encode([this](int encoder, int y) { return encoder == 0 ? closed_[y] : detail_[y]; });
  Write(out, first);
}

void JointTile::Write(const ResultView& out, int first) {
  const LayerRows& last = encoders_.Layer(0, encoders_.layers());
  const int ready =
      last.complete() ? output_.end : std::max(next_, last.end() - kJointDecoderRadius);
  const int count = ready - next_;
  if (count <= 0) return;
  const auto map_row = [&](int map, int y) -> const float* {
    const int inside = Reflect(y, height_);
    if (map >= 2) return map == 2 ? closed_[inside] : least_[inside];
    return encoders_.Layer(map, encoders_.layers()).Row(inside);
  };
  for (std::size_t i = 0; i < network_->decoder.size(); ++i) {
    const auto& [map, step] = network_->decoder[i];
    for (int k = 0; k < count + 2 * kJointDecoderRadius; ++k) {
      in_[k] = map_row(map, next_ + k - kJointDecoderRadius);
    }
    for (int k = 0; k < count; ++k) {
      from_[k] = decoded_[(i + 1) % 2][k];
      to_[k] = decoded_[i % 2][k];
    }
    const bool left = tile_ == 0, right = tile_ + 1 == columns_->count();
    RunLayerStep(step, {&layout_, left, right}, count, in_.data(), from_.data(), to_.data());
  }
  for (int k = 0; k < count; ++k) WriteRow(next_ + k, to_[k], out, first);
  next_ = ready;
}

void JointTile::WriteRow(int y, float* row, const ResultView& out, int first) {
  SoftClipRow(layout_, row);
  WriteOwnColumns(layout_, columns_->tiles[tile_], row, plain_[0], out.type(), out.At(y - first));
}

void JointTile::Fuse(int tile, const ToneCurve& curve, const std::array<SourceView, 2>& sources,
                     const ResultView& out) {
  Start(tile, curve);
  for (int y = source_.begin; y < source_.end; y += kChunkRows) {
    const int count = std::min(kChunkRows, source_.end - y);
    Push(sources[0].Rows(y, count), sources[1].Rows(y, count), out, 0);
  }
}

}  // namespace auif
