#include "engine/panel_fuser.h"

#include <algorithm>
#include <cstring>

namespace auif {
namespace {

// Striping jumps back and forth within a row, which hardware prefetchers do not foresee.
void Prefetch(const float* row, int width) {
  constexpr int kLine = 16;
  for (int x = 0; x < width; x += kLine) __builtin_prefetch(row + x);
}

}  // namespace

void PanelWriter::Write(int panel, const float* striped, float* to) {
  if (panels_->count() == 1) {
    UnstripeRow(layout_, striped, to);
    return;
  }
  const auto [left, begin, end] = panels_->list[panel];
  UnstripeRow(layout_, striped, row_.data());
  std::memcpy(to + begin, row_.data() + begin - left, sizeof(float) * (end - begin));
}

void PanelFuser::Push(PlaneView<const float> ir, PlaneView<const float> vis, RowRange rows,
                      PlaneView<float> out, int first) {
  const int left = panels_->list[panel_].first;
  const auto sink = [&](int y, const float* striped) {
    writer_.Write(panel_, striped, out.Row(y - first));
  };
  for (int y = rows.begin; y < rows.end; ++y) {
    const int ahead = std::min(y + 2, rows.end - 1);
    Prefetch(ir.Row(ahead) + left, panels_->width);
    Prefetch(vis.Row(ahead) + left, panels_->width);
    fuser_.Push(ir.Row(y) + left, vis.Row(y) + left);
    if ((y + 1 - rows.begin) % kChunkRows == 0 || y + 1 == rows.end) fuser_.Advance(sink);
  }
}

}  // namespace auif
