// Qabf of a fused image, and its gradient: how well the edges of both sources are kept.
//
// An edge at a pixel is (sx, sy), the responses of the Sobel kernels [-1 0 1; -2 0 2; -1 0 1] and
// [1 2 1; 0 0 0; -1 -2 -1] with zeros outside of the image; its strength is
// g = sqrt(sx^2 + sy^2 + floor^2), its angle atan(sy / sx). With G = the smaller of the strengths
// of F and a source S over the larger one, and A = 1 - |angle_S - angle_F| / (pi / 2),
//
//   Q_S = 0.9994 / (1 + exp(-15 (G - 0.5)))  0.9879 / (1 + exp(-22 (A - 0.8)))
//   Qabf = sum(Q_a g_a + Q_b g_b) / (sum(g_a + g_b) + 1e-8)
//
// As in evaluations, angles are subtracted as they are: two steep edges may count as opposite ones.
// The floor, half a grey level, bounds the gradient where F is flat: it enters the strengths, and
// the angle's gradient (sx dsy - sy dsx) / g^2. Where |sx| <= 1e-6, rounding alone, the angle is
// that of sx = 1e-6.
//
// Source: C. S. Xydeas, V. Petrovic, "Objective image fusion performance measure", Electronics
// Letters 36(4), 2000.
#pragma once

#include <array>
#include <vector>

#include "auif/plane.h"
#include "train/pair/sums.h"
#include "train/pair/window.h"

namespace auif::pair {

// T: float for training, double for the plain reference; both are the same steps.
template <typename T>
class Qabf {
 public:
  static constexpr double kFloor = 0.5 / 255;

  // floor: as above, in the images' unit.
  explicit Qabf(Size size, double floor = kFloor);

  // Images in [0, 1] of the constructor's size.
  void SetSources(PlaneView<const T> a, PlaneView<const T> b);
  double Forward(PlaneView<const T> fused);
  // Adds weight * dQabf/dF of the last Forward.
  void Backward(double weight, PlaneView<T> gradient);

 private:
  struct Source {
    Plane<T> strength, angle;
  };

  void Load(PlaneView<const T> image);
  // Edges of row y of the loaded image: sx and sy in their frames, strength and angle.
  void FindEdges(int y, T* strength, T* angle);
  // Adds what one source has of row y.
  void KeepEdges(const Source& source, int y);

  Size size_;
  T floor_;
  std::array<Source, 2> sources_;
  double factor_ = 0;  // 1 / (sum of the sources' strengths + 1e-8)
  Frame<T> image_;
  Frame<T> x_, y_;  // sx and sy, then the gradients by them
  std::vector<T> row_, strength_, angle_, by_strength_, by_angle_, exp_strength_, exp_angle_;
  ColumnSums sum_;
};

}  // namespace auif::pair
