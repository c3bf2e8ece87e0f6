// Rows of the edge metrics Qabf, Labf and Nabf: the Sobel edges of an image, and how well the fused
// image keeps an edge of its source.
#pragma once

namespace auif::metrics {

// One logistic curve scale / (1 + exp(-slope (x - middle))).
struct Logistic {
  double scale, slope, middle;
};

// An edge is kept to
//   Q = strength(G) orientation(1 - 2 angle / pi), or the square root of that,
// where G = the smaller of both edge strengths over the larger one (0 where either is 0) and
// `angle` is the one between both edges, radians. A pixel without an edge counts as one of
// orientation (0, 1), as in both published evaluations.
struct EdgeKeeping {
  Logistic strength, orientation;
  bool square_root = false;
  // Edges have no direction: angles are folded to 0..pi/2. If false the angles atan(sy / sx) in
  // (-pi/2, pi/2], sy upwards, are subtracted as they are, so that two nearly parallel steep edges
  // may count as opposite ones.
  bool fold_angles = true;
  // Where both strengths are equal G is that strength itself instead of 1.
  bool equal_gives_strength = false;
};

// The edges of one row: the responses of both Sobel kernels, and hypot(x, y).
struct Edges {
  double *x, *y, *strength;
};

// The Sobel responses times `scale` of `count` pixels. `smooth` is above + 2 middle + below and
// `step` below - above of the rows around; both start one pixel left of the first one and end one
// right of the last.
void FindEdges(const double* smooth, const double* step, double scale, const Edges& out, int count);

// q[i] = how well `fused` keeps edge i of `source`, in 0..1.
void KeepEdges(const EdgeKeeping& model, const Edges& source, const Edges& fused, double* q,
               int count);

}  // namespace auif::metrics
