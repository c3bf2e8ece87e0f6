// The fusion layer: four feature maps become the decoder's input B + D (paper eqs. 8, 9).
#pragma once

#include <array>

#include "auif/fuse.h"
#include "kernels/striped_row.h"

namespace auif {

// Three rows of a map, the middle one being the row that is fused; only kL1 reads the others.
// All rows are striped and have one margin vector on each side.
using MapRows = std::array<const float*, 3>;

// The maps in the order B_I, B_V, D_I, D_V. `out` gets a row and one margin vector on each side.
void FuseMapRows(Strategy strategy, const MapWeights& weights, const std::array<MapRows, 4>& maps,
                 const RowLayout& layout, float* out);

}  // namespace auif
