#include "engine/source_stream.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "base/reflect.h"

namespace auif {
namespace {

// The most source rows that are needed at a time: a chunk, and behind it what the box sums take
// out, or what the last layer, furthest behind, reads of I.
int SourceRows(int layers) {
  return kChunkRows + kDetailRadius + std::max(kDetailRadius + 1, 2 * layers) + 1;
}

int PowerOfTwo(int least) { return static_cast<int>(std::bit_ceil(static_cast<unsigned>(least))); }

// Striping jumps to and fro in a row, which the machine does not foresee.
void Prefetch(const void* row, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < bytes; i += kLine) {
    __builtin_prefetch(static_cast<const char*>(row) + i);
  }
}

}  // namespace

LayerRows::LayerRows(RowRange range, const RowLayout& layout, int max_rows)
    : range_(range),
      kept_(2 * kKept, layout.size(), 2 * layout.lanes()),
      first_(range.begin > 0 ? kKept : 0, layout.size(), 2 * layout.lanes()),
      mask_(PowerOfTwo(max_rows + kKept) - 1),
      rows_(mask_ + 1) {
  Restart();
}

void LayerRows::Restart() {
  end_ = range_.begin;
  kept_row_.fill(kFree);
}

void LayerRows::Extend(int end, RowBuffer<float>& scratch) {
  assert(end > end_ && end - end_ + kKept <= mask_ + 1);
  // Rows of earlier chunks but the last kKept are no longer needed.
  for (int& row : kept_row_) {
    if (row < end_ - kKept) row = kFree;
  }
  const int begin = end_;
  for (int slot = 0; end_ < end; ++end_) {
    float*& row = rows_[end_ & mask_];
    if (range_.begin > 0 && end_ < range_.begin + kKept) {
      row = first_[end_ - range_.begin];
    } else if (end_ < end - kKept) {
      row = scratch[end_ - begin];
    } else {
      while (kept_row_[slot] != kFree) ++slot;
      kept_row_[slot] = end_;
      row = kept_[slot];
    }
  }
}

StreamScratch::StreamScratch(const RowLayout& layout, int layers) {
  for (auto& encoder : rows) {
    for (auto& buffer : encoder) {
      buffer = RowBuffer<float>(MaxRows(layers), layout.size(), 2 * layout.lanes());
    }
  }
}

SourceStream::SourceStream(const Network& network, const RowLayout& layout, int height,
                           RowRange output, std::shared_ptr<StreamScratch> scratch)
    : network_(&network),
      layout_(layout),
      height_(height),
      source_(output.Grown(2 * network.layers() + kDetailRadius, height)),
      pushed_(source_.begin),
      source_mask_(PowerOfTwo(SourceRows(network.layers())) - 1),
      source_rows_(source_mask_ + 1, layout.size(), 0),
      sums_(layout),
      scratch_(scratch ? std::move(scratch)
                       : std::make_shared<StreamScratch>(layout, network.layers())) {
  const int layers = network.layers();
  const int max_rows = MaxRows(layers);
  for (int e = 0; e < 2; ++e) {
    for (int l = 0; l <= layers; ++l) {
      layers_[e].emplace_back(output.Grown(2 * (layers - l), height), layout, max_rows);
    }
  }
  in_.resize(max_rows + 4);
  from_.resize(max_rows);
  out_.resize(max_rows);
}

void SourceStream::Restart(bool left, bool right) {
  left_ = left;
  right_ = right;
  pushed_ = source_.begin;
  for (auto& encoder : layers_) {
    for (LayerRows& layer : encoder) layer.Restart();
  }
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
  LayerRows& base = layers_[0][0];
  LayerRows& detail = layers_[1][0];
  const int begin = base.end();
  const int end = pushed_ == source_.end ? base.range().end : pushed_ - kDetailRadius;
  if (end <= begin) return;
  base.Extend(end, scratch_->rows[0][0]);
  detail.Extend(end, scratch_->rows[1][0]);
  const auto row = [this](int y) -> const float* { return SourceRow(Reflect(y, height_)); };
  for (int y = begin; y < end; ++y) {
    if (y == base.range().begin) {
      sums_.Start(y, row);
    } else {
      sums_.Advance(y - 1, row);
    }
    sums_.Filter(SourceRow(y), base.Row(y), detail.Row(y));
  }
}

void SourceStream::Encode() {
  for (int e = 0; e < 2; ++e) {
    for (int l = 0; l < network_->layers(); ++l) Step(e, l);
  }
}

void SourceStream::Step(int encoder, int layer) {
  const LayerRows& from = layers_[encoder][layer];
  LayerRows& to = layers_[encoder][layer + 1];
  const int begin = to.end();
  const int end = from.complete() ? to.range().end : from.end() - 2;
  if (end <= begin) return;
  to.Extend(end, scratch_->rows[encoder][layer + 1 == network_->layers() ? 2 : (layer + 1) % 2]);

  const LayerStep& step = network_->encoders[encoder][layer];
  for (int y = begin - 2; y < end + 2; ++y) in_[y - begin + 2] = from.Row(Reflect(y, height_));
  for (int y = begin; y < end; ++y) {
    from_[y - begin] = SourceRow(y);
    out_[y - begin] = to.Row(y);
  }
  const auto run = [&](Edge edge, int first, int last) {
    const int i = first - begin;
    RunLayerStep(step, {&layout_, left_, right_, edge}, last - first, &in_[i], &from_[i], &out_[i]);
  };
  const bool edges = step.has_edges;
  const bool top = edges && begin == 0, bottom = edges && end == height_;
  if (top) run(Edge::kFirst, 0, 1);
  run(Edge::kInner, begin + top, end - bottom);
  if (bottom) run(Edge::kLast, height_ - 1, height_);
}

}  // namespace auif
