#include "engine/result_rows.h"

#include <cstring>

namespace auif {

void WriteOwnColumns(const RowLayout& layout, const Columns& columns, const float* row,
                     float* spare, SampleType type, void* out) {
  const int own = columns.end - columns.begin;
  if (own == layout.width()) {
    UnstripeRow(layout, row, type, out);
    return;
  }
  UnstripeRow(layout, row, type, spare);
  const std::size_t pixel = BytesPerSample(type);
  const auto* const from = reinterpret_cast<const std::byte*>(spare);
  std::memcpy(static_cast<std::byte*>(out) + columns.begin * pixel,
              from + (columns.begin - columns.first) * pixel, own * pixel);
}

ResultRows::ResultRows(const Network& network, const FuseOptions& options, const RowLayout& layout,
                       int height)
    : network_(&network),
      options_(options),
      layout_(layout),
      height_(height),
      sums_(kSums, layout.size(), 2 * layout.lanes()),
      decoded_(2, layout.size(), 0) {}

void ResultRows::FuseMapRow(int y, const std::array<MapRows, 4>& maps) {
  const MapWeights& w = options_.weights;
  std::array<float, 4> weights = {w.base_ir, w.base_vis, w.detail_ir, w.detail_vis};
  float* const out = sums_[y % kSums];
  if (options_.strategy == Strategy::kL1) return AttendMapRows(weights, maps, layout_, out);
  if (options_.strategy == Strategy::kAverage) {
    for (float& weight : weights) weight *= 0.5f;
  }
  AddMapRows(weights, maps, layout_, out);
}

void ResultRows::Decode(int y, const Columns& columns, void* out, SampleType type) {
  const auto sum = [&](int row) -> const float* { return sums_[Reflect(row, height_) % kSums]; };
  DecodeRow(network_->decoder, {sum(y - 1), sum(y), sum(y + 1)}, layout_, decoded_[0]);
  WriteOwnColumns(layout_, columns, decoded_[0], decoded_[1], type, out);
}

}  // namespace auif
