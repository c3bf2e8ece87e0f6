#include "engine/tile_fuser.h"

#include <algorithm>

namespace auif {

TileFuser::TileFuser(const Network& network, const ColumnTiling& columns,
                     const FuseOptions& options, int height, RowRange output,
                     const TileFuser* lender)
    : columns_(&columns),
      below_(1 + Neighbours(options.strategy)),
      output_(output),
      next_(output.begin),
      streams_{SourceStream(network, RowLayout(columns.width), height, output.Grown(below_, height),
                            lender ? lender->streams_[0].scratch() : nullptr),
               SourceStream(network, RowLayout(columns.width), height, output.Grown(below_, height),
                            lender ? lender->streams_[1].scratch() : nullptr)},
      parts_(lender ? lender->parts_
                    : std::make_shared<std::vector<ResultRows>>(
                          kParts, ResultRows(network, options, RowLayout(columns.width), height))) {
}

void TileFuser::Start(int tile) {
  tile_ = tile;
  for (SourceStream& stream : streams_) stream.Restart(tile == 0, tile + 1 == columns_->count());
  next_ = output_.begin;
}

void TileFuser::Encode(int source, const SourceView& rows) {
  streams_[source].Push(rows, columns_->tiles[tile_].first);
  streams_[source].Encode();
}

int TileFuser::Ready() const {
  const LayerRows& maps = streams_[0].Last(0);
  return maps.complete() ? output_.end : std::max(next_, maps.end() - below_);
}

void TileFuser::Write(int part, const ResultView& out, int first) {
  const auto map = [this](int m, int y) { return streams_[m % 2].Last(m / 2).Row(y); };
  const RowRange rows = RowRange{next_, Ready()}.Part(part, kParts);
  (*parts_)[part].Write(rows, map, columns_->tiles[tile_], out, first);
}

void TileFuser::Fuse(int tile, const std::array<SourceView, 2>& sources, const ResultView& out) {
  Start(tile);
  for (int y = source().begin; y < source().end; y += kChunkRows) {
    const int count = std::min(kChunkRows, source().end - y);
    for (int s = 0; s < 2; ++s) Encode(s, sources[s].Rows(y, count));
    for (int part = 0; part < kParts; ++part) Write(part, out, 0);
    Advance();
  }
}

}  // namespace auif
