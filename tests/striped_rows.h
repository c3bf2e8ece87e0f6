// Rows for tests of the kernels that work on striped rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "base/row_buffer.h"
#include "kernels/striped_row.h"

namespace auif {

// `count` plain rows of random values between `from` and `to`.
inline std::vector<std::vector<float>> RandomRows(int count, int width, float from, float to,
                                                  std::uint32_t seed) {
  std::mt19937 bits(seed);
  std::vector<std::vector<float>> rows(count, std::vector<float>(width));
  for (auto& row : rows) {
    for (float& value : row) value = from + (to - from) * static_cast<float>(bits() / 4294967296.0);
  }
  return rows;
}

// Plain rows and the same ones striped, with `margin` vectors set on each side.
class StripedRows {
 public:
  StripedRows(const RowLayout& layout, const std::vector<std::vector<float>>& rows, int margin)
      : striped_(static_cast<int>(rows.size()), layout.size(), margin * layout.lanes()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      float* const row = striped_[static_cast<int>(i)];
      for (int x = 0; x < layout.width(); ++x) row[layout.Offset(x)] = rows[i][x];
      SetMarginsByColumn(layout, margin, row);
      pointers_.push_back(row);
    }
  }
  const float* operator[](int i) const { return pointers_[i]; }
  const float* const* data() const { return pointers_.data(); }

 private:
  RowBuffer<float> striped_;
  std::vector<const float*> pointers_;
};

// What a kernel writes: rows whose pixels and margins are not numbers yet.
class StripedOutput {
 public:
  StripedOutput(const RowLayout& layout, int count, int margin)
      : layout_(layout), margin_(margin), rows_(count, layout.size(), margin * layout.lanes()) {
    const int around = margin * layout.lanes();
    for (int i = 0; i < count; ++i) {
      std::fill_n(rows_[i] - around, layout.size() + 2 * around, std::nanf(""));
      pointers_.push_back(rows_[i]);
    }
  }
  float* operator[](int i) { return pointers_[i]; }
  float* const* data() { return pointers_.data(); }
  float At(int i, int x) const { return rows_[i][layout_.Offset(x)]; }

  // Whether the margins are what the row's pixels make them.
  bool MarginsAreSet(int i) {
    RowBuffer<float> expected(1, layout_.size(), margin_ * layout_.lanes());
    for (int x = 0; x < layout_.width(); ++x) expected[0][layout_.Offset(x)] = At(i, x);
    SetMarginsByColumn(layout_, margin_, expected[0]);
    for (int k = -margin_; k < layout_.stride() + margin_; ++k) {
      for (int lane = 0; lane < layout_.lanes(); ++lane) {
        const int x = lane * layout_.stride() + k, at = k * layout_.lanes() + lane;
        if (x < -margin_ || x >= layout_.width() + margin_) continue;
        if (rows_[i][at] != expected[0][at]) return false;
      }
    }
    return true;
  }

 private:
  RowLayout layout_;
  int margin_;
  RowBuffer<float> rows_;
  std::vector<float*> pointers_;
};

}  // namespace auif
