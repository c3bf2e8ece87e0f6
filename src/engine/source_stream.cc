#include "engine/source_stream.h"

#include <algorithm>
#include <cassert>

#include "base/reflect.h"

namespace auif {
namespace {

// The most source rows that are needed at a time: a chunk, and behind it what the box sums take
// out, or what the last layer, furthest behind, reads of I.
int SourceRows(int layers) {
  return kChunkRows + kDetailRadius + std::max(kDetailRadius + 1, 2 * layers) + 1;
}

// Striping jumps to and fro in a row, which the machine does not foresee.
void Prefetch(const void* row, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < bytes; i += kLine) {
    __builtin_prefetch(static_cast<const char*>(row) + i);
  }
}

}  // namespace

SourceStream::SourceStream(const Network& network, const RowLayout& layout, int height,
                           RowRange output, std::shared_ptr<StreamScratch> scratch)
    : layout_(layout),
      height_(height),
      source_(output.Grown(2 * network.layers() + kDetailRadius, height)),
      pushed_(source_.begin),
      source_rows_(SourceRows(network.layers()), layout, 0),
      sums_(layout),
      encoders_(network.encoders, layout, height, output, std::move(scratch)) {}

void SourceStream::Restart(bool left, bool right) {
  pushed_ = source_.begin;
  encoders_.Restart(left, right);
}

void SourceStream::Push(const SourceView& rows, int column) {
  assert(rows.height() <= kChunkRows && pushed_ + rows.height() <= source_.end);
  const std::size_t bytes = layout_.width() * BytesPerSample(rows.type());
  for (int i = 0; i < rows.height(); ++i) {
    Prefetch(rows.At(std::min(i + 2, rows.height() - 1), column), bytes);
    StripeRow(layout_, rows.type(), rows.At(i, column), SourceRow(pushed_));
    ++pushed_;
  }
  Initialise();
}

void SourceStream::Initialise() {
  const LayerRows& base = First(0);
  const int begin = base.end();
  const int end = pushed_ == source_.end ? base.range().end : pushed_ - kDetailRadius;
  if (end <= begin) return;
  encoders_.ExtendInitial(end);
  const auto row = [this](int y) -> const float* { return SourceRow(Reflect(y, height_)); };
  for (int y = begin; y < end; ++y) {
    if (y == base.range().begin) {
      sums_.Start(y, row);
    } else {
      sums_.Advance(y - 1, row);
    }
    sums_.Filter(SourceRow(y), encoders_.InitialRow(0, y), encoders_.InitialRow(1, y));
  }
}

}  // namespace auif
