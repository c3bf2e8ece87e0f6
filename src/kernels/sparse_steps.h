// The two halves of an ADMM step for convolutional sparse coding, on maps as MapFft has them:
//
//   min over x of 1/2 |sum_m d_m * x_m - s|^2 + lambda sum_m |x_m|_1
//   X <- argmin 1/2 |sum_m D_m X_m - S|^2 + rho/2 sum_m |X_m - (Y_m - U_m)|^2, at each frequency
//   Y <- shrink(alpha X + (1 - alpha) Y + U, lambda / rho),
//   U <- U + alpha X + (1 - alpha) Y_before - Y
//
// V = Y + U is all that is kept of Y and U: what shrinking leaves is Y, what it takes away is U.
#pragma once

#include <span>

namespace auif {

// Two columns of spectra, (kx, ky) and (-kx, -ky) for all ky, of which one is the other's mirror
// image once the real maps are told apart that share an element.
struct SpectrumColumns {
  // For each group of 32 maps `height` elements: Y - U, which X replaces.
  std::span<float*const> column, mirrored;
  const float* filters;  // D at (kx, ky): [ky][group][real, imaginary parts][32]
  const float* power;    // sum_m |D_m|^2 there: [ky]
  const float* signal;   // S there: [ky][real, imaginary part]
  int height;
};
// Both may be the same column. X is multiplied by `scale`, too.
void SolveColumns(const SpectrumColumns& columns, float rho, float scale);

struct Shrinking {
  float old_threshold;  // with which V is taken apart
  float dual_scale;     // by which its U is then multiplied: rho was divided by that
  float threshold;      // lambda / rho
  float relaxation;     // alpha
};
// Sums of squares of X, Y, U, X - Y and Y - Y_before.
struct SparseSums {
  double x = 0, y = 0, u = 0, primal = 0, dual = 0;
};
// Takes V of before and X; leaves V, and Y - U in X's place. count: a multiple of 32. Adds to
// `sums`.
void ShrinkMaps(const Shrinking& step, int count, float* x, float* v, SparseSums* sums);
// Y - U, of V as it is and U multiplied by `dual_scale`.
void SplitMaps(float threshold, float dual_scale, int count, const float* v, float* out);

}  // namespace auif
