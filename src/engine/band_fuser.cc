#include "engine/band_fuser.h"

#include "kernels/decode.h"

namespace auif {

BandFuser::BandFuser(const Network& network, const RowLayout& layout, const FuseOptions& options,
                     int height, RowRange output, const BandFuser* lender)
    : network_(&network),
      layout_(layout),
      options_(options),
      height_(height),
      sum_range_(output.Grown(1, height)),
      sums_(sum_range_, layout, MaxRows(network.layers())),
      sum_scratch_(MaxRows(network.layers()), layout.size(), 2 * layout.lanes()),
      decoded_(1, layout.size(), 0),
      output_(output),
      next_(output.begin),
      streams_{SourceStream(network, layout, height,
                            sum_range_.Grown(Neighbours(options.strategy), height),
                            lender ? lender->streams_[0].scratch() : nullptr),
               SourceStream(network, layout, height,
                            sum_range_.Grown(Neighbours(options.strategy), height),
                            lender ? lender->streams_[1].scratch() : nullptr)} {}

void BandFuser::Restart(bool left, bool right) {
  for (SourceStream& stream : streams_) stream.Restart(left, right);
  sums_.Restart();
  next_ = output_.begin;
}

void BandFuser::FuseMaps() {
  for (SourceStream& stream : streams_) {
    stream.Initialise();
    stream.Encode();
  }
  const LevelRows& maps = streams_[0].Last(0);
  const int begin = sums_.end();
  const int end = maps.complete() ? sum_range_.end : maps.end() - Neighbours(options_.strategy);
  if (end <= begin) return;
  sums_.Extend(end, sum_scratch_);
  for (int y = begin; y < end; ++y) {
    const auto map = [this](int m, int row) { return streams_[m % 2].Last(m / 2).Row(row); };
    FuseMapRow(options_, layout_, height_, y, map, sums_.Row(y));
  }
}

void BandFuser::DecodeNext() {
  const std::array<const float*, 3> rows{sums_.Row(Reflect(next_ - 1, height_)), sums_.Row(next_),
                                         sums_.Row(Reflect(next_ + 1, height_))};
  DecodeRow(network_->decoder, rows, layout_, decoded_[0]);
}

}  // namespace auif
