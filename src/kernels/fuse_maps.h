// The fusion layer: four feature maps become the decoder's input B + D (paper eqs. 8, 9).
#pragma once

#include <array>

#include "kernels/striped_row.h"

namespace auif {

// Three rows of a map, the middle one being the row that is fused; only AttendMapRows reads the
// others. All rows are striped and have one margin vector on each side.
using MapRows = std::array<const float*, 3>;

// The maps in the order B_I, B_V, D_I, D_V, and so the weights. `out` gets a row and one margin
// vector on each side.
//
// sum_m weights[m] maps[m] (eq. 8)
void AddMapRows(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                const RowLayout& layout, float* out);
// The same with each source's weight multiplied by its share of the 3x3-blurred magnitudes of both
// maps, per pixel (eq. 9); where both are zero, the shares are 1/2.
void AttendMapRows(const std::array<float, 4>& weights, const std::array<MapRows, 4>& maps,
                   const RowLayout& layout, float* out);

}  // namespace auif
