#include "engine/encoder_rows.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace auif {
namespace {

int PowerOfTwo(int least) { return static_cast<int>(std::bit_ceil(static_cast<unsigned>(least))); }

}  // namespace

RecentRows::RecentRows(int count, const RowLayout& layout, int margin)
    : mask_(PowerOfTwo(count) - 1), rows_(mask_ + 1, layout.size(), margin) {}

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

EncoderRows::EncoderRows(const EncoderSteps& steps, const RowLayout& layout, int height,
                         RowRange output, std::shared_ptr<StreamScratch> scratch)
    : steps_(&steps),
      layout_(layout),
      height_(height),
      scratch_(scratch ? std::move(scratch) : std::make_shared<StreamScratch>(layout, layers())) {
  const int max_rows = MaxRows(layers());
  for (int e = 0; e < 2; ++e) {
    for (int l = 0; l <= layers(); ++l) {
      layers_[e].emplace_back(output.Grown(2 * (layers() - l), height), layout, max_rows);
    }
  }
  in_.resize(max_rows + 4);
  from_.resize(max_rows);
  out_.resize(max_rows);
}

void EncoderRows::Restart(bool left, bool right) {
  left_ = left;
  right_ = right;
  for (auto& encoder : layers_) {
    for (LayerRows& layer : encoder) layer.Restart();
  }
}

void EncoderRows::ExtendInitial(int end) {
  for (int e = 0; e < 2; ++e) layers_[e][0].Extend(end, scratch_->rows[e][0]);
}

bool EncoderRows::Extend(int encoder, int layer) {
  const LayerRows& from = layers_[encoder][layer];
  LayerRows& to = layers_[encoder][layer + 1];
  begin_ = to.end();
  end_ = from.complete() ? to.range().end : from.end() - 2;
  if (end_ <= begin_) return false;
  to.Extend(end_, scratch_->rows[encoder][layer + 1 == layers() ? 2 : (layer + 1) % 2]);
  return true;
}

void EncoderRows::Run(int encoder, int layer) {
  const LayerRows& from = layers_[encoder][layer];
  LayerRows& to = layers_[encoder][layer + 1];
  const int begin = begin_, end = end_;
  for (int y = begin - 2; y < end + 2; ++y) in_[y - begin + 2] = from.Row(Reflect(y, height_));
  for (int y = begin; y < end; ++y) out_[y - begin] = to.Row(y);

  const LayerStep& step = (*steps_)[encoder][layer];
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
