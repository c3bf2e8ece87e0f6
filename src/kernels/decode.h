// The decoder on rows: sigmoid(BN(conv(x))), 3x3 with one reflected value around the image.
#pragma once

#include <array>

#include "kernels/striped_row.h"

namespace auif {

// Nine taps and a bias, BN folded in.
struct DecoderStep {
  std::array<float, 9> taps{};
  float bias = 0;
};

// rows: above, at and below the output row, each striped with one margin vector on each side.
// `out`: a striped row without margins.
void DecodeRow(const DecoderStep& step, const std::array<const float*, 3>& rows,
               const RowLayout& layout, float* out);

}  // namespace auif
