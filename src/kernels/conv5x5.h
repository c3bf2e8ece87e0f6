// The collapsed 5x5 convolution of whole maps, forward and backward.
//
// Forward: z[p] = sum_t K[t] x[reflect(p + t - 2)], p and t pairs (row, column), where with
// Padding::kFeature an output on the image's outermost ring has a kernel K of its own.
//
// Backward, with respect to x: every product of the forward pass gives dx[reflect(p + t - 2)] +=
// K[t] dz[p]. Sorted by outputs that is again a sum over a 5x5 neighbourhood, dx[q] = sum_d T[d]
// dz[q + d], since reflection moves a tap by an even number of pixels and never out of the
// neighbourhood. Away from the borders T[d] = K[-d]; reflection (which folds the gradient of the
// border's continuation onto its mirror pixels) and the ring's own kernels change T in the three
// outermost rows and columns. So one kernel computes both directions, with a table of taps.
//
// With respect to K: dK[t] = sum_p dz[p] x[reflect(p + t - 2)], over the pixels that K is for.
#pragma once

#include <array>

#include "auif/plane.h"
#include "kernels/kernel5x5.h"
#include "kernels/padded_plane.h"

namespace auif {

// Taps by the output's place: its row is one of the first three (0, 1, 2), inside (3) or one of the
// last three (4, 5, 6), and so is its column. Maps must be 6 pixels wide and high or more.
struct TapTable {
  int border = 0;  // this many rows and columns at each border have taps of their own: 0, 1 or 3
  std::array<std::array<std::array<float, 25>, 7>, 7> taps{};
};

// has_edges: Padding::kFeature; else only the inner kernel counts.
TapTable ForwardTaps(const EdgeKernels& kernels, bool has_edges);
TapTable BackwardTaps(const EdgeKernels& kernels, bool has_edges);

// A table's taps as vectors, for maps of one width. Depends on the SIMD target in use when it is
// made.
class ConvPlan {
 public:
  static constexpr int kMaxLanes = 16;

  ConvPlan() = default;
  ConvPlan(const TapTable& table, int width);

  int border() const { return border_; }
  // Vectors [0, first_end) and [last_begin, vectors) of a row have taps of their own.
  int vectors() const { return vectors_; }
  int first_end() const { return first_end_; }
  int last_begin() const { return last_begin_; }
  // 25 vectors, kMaxLanes values apart, for one of the seven kinds of rows.
  const float* InnerTaps(int row_kind) const { return taps_.Row(row_kind * 25 * tables_); }
  const float* Taps(int row_kind, int vector) const {
    const int table = vector < first_end_ ? vector : first_end_ + vector - last_begin_;
    return taps_.Row(row_kind * 25 * tables_ + 25 * (1 + table));
  }

 private:
  int border_ = 0, vectors_ = 0, first_end_ = 0, last_begin_ = 0;
  int tables_ = 0;  // a row kind: the inner one and one for each special vector
  Plane<float> taps_;
};

// out = conv(in) + scale * extra, without the margin of `out`. Two values of the margin of `in`
// matter. `extra` may be `out` or null.
void Convolve(const ConvPlan& plan, const PaddedPlane& in, const PaddedPlane* extra, float scale,
              PaddedPlane* out);

// sum_p d[p] x[p + t - 2] over all pixels p: x with its margin, d with a margin of zeros (and zeros
// behind the ends of its rows).
Kernel5x5 KernelSums(const PaddedPlane& d, const PaddedPlane& x);
// The same for each of the nine edge combinations, over the pixels that their kernel is for.
EdgeKernels EdgeKernelSums(const PaddedPlane& d, const PaddedPlane& x);

}  // namespace auif
