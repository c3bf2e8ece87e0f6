// The rows that joint unrolling begins with and ends with (auif/joint_model.h).
#pragma once

#include "kernels/striped_row.h"

namespace auif {

// A curve of `steps` + 1 levels at s = i / per_level, straight lines between them, constant beyond.
struct ToneTable {
  const float* levels = nullptr;
  int steps = 0;
  float per_level = 1;
  float share = 0, shift = 0;  // c = M + share m - shift is looked up as s = c + shift
};

// T(c), and T(ir) and T(vis) cut to [0, 1] with their minimum, of striped rows with levels in [0,
// 1]; closed and least get their two margin vectors on each side, too. ir and vis may be toned in
// place.
void ToneRows(const ToneTable& table, const RowLayout& layout, const float* ir, const float* vis,
              float* closed, float* toned_ir, float* toned_vis, float* least);

// base = max(base, other), and detail the one of both that is larger in magnitude, itself where
// they are equal; with two margin vectors on each side.
void JoinInitialRows(const RowLayout& layout, const float* other_base, const float* other_detail,
                     float* base, float* detail);

// clip of auif/joint_model.h, in place.
void SoftClipRow(const RowLayout& layout, float* row);
inline constexpr float kSoftClipBend = 0.02F;

}  // namespace auif
