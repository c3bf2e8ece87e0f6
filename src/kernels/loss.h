// The loss of paper eq. 7 and its gradient: mean squared error and SSIM.
//
// SSIM at a pixel, over a 3x3 Gaussian window w (sigma 1.5, sum 1; images continued by
// reflection), with means mx, my, variances and the covariance in the window:
//
//   S = (2 mx my + C1)(2 cov + C2) / ((mx^2 + my^2 + C1)(vx + vy + C2))   C1 = 0.01^2, C2 = 0.03^2
//
// A pixel q of the window changes my by w_q, vy by 2 w_q (y_q - my) and cov by w_q (x_q - mx), so
// with a = dS/dmy, b = 2 dS/dvy, c = dS/dcov at every pixel p
//
//   dS/dy_q = sum_p w_(q-p) [ a_p + b_p (y_q - my_p) + c_p (x_q - mx_p) ]
//
// where the gradients of continued pixels are added to the pixels that they repeat.
#pragma once

#include "kernels/padded_plane.h"

namespace auif {

struct LossWeights {
  double mse = 1;     // of the mean squared error
  double ssim = 5;    // of mean((1 - SSIM) / 2): the paper's mu
  bool clip = false;  // clamp(1 - SSIM, 0, 1) in its place
  // Of (offset - offset_target)^2. What the decoder's batch norm gets has the mean m, its weight
  // and deviation are w and s, and offset = w m / s. Training cannot see it: batch norm takes m
  // away. Fusing adds two images' maps, and offset is by how much their mean is then brighter
  // than one image's, before the sigmoid.
  double offset = 0;
  double offset_target = 0;
};

// Sums over one image.
struct LossSums {
  double squares = 0;        // (y - x)^2
  double ssim = 0;           // S
  double dissimilarity = 0;  // 1 - S, clamped if that is asked for
};

// x: the image, y: what the network made of it, both with their margins. `pixels` is the number
// of pixels of the whole batch. dy gets the gradient of the loss.
LossSums LossAndGradient(const LossWeights& weights, double pixels, const PaddedPlane& x,
                         const PaddedPlane& y, PaddedPlane* dy);

}  // namespace auif
