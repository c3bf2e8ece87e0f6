// Mutual information and entropy of a fused image by histograms that have a gradient.
//
// A pixel counts for the two nodes next to it, k / (n - 1) for k = 0..n - 1, the more the nearer:
// max(0, 1 - |v (n - 1) - k|), the value v limited to [0, 1]. These are Parzen windows of the
// shape of a hat. All shares p of a histogram are of the number of pixels.
#pragma once

#include <array>
#include <vector>

#include "auif/plane.h"

namespace auif::pair {

// The node below each pixel and the share of the one above it.
template <typename T>
struct Nodes {
  explicit Nodes(Size size) : below(size), share(size) {}
  void Find(PlaneView<const T> image, int nodes);

  Plane<int> below;
  Plane<T> share;
};

// MI = I(F, a) + I(F, b) in nats: with 32 x 32 nodes, the joint shares p_ij of F's node i and the
// source's node j, and the sums p_i and p_j of its rows and columns,
//
//   I = sum p_ij (ln(p_ij + e) - ln(p_i + e) - ln(p_j + e))    e = 1e-9
//
// Source: G. Qu, D. Zhang, P. Yan, "Information measure for performance of image fusion",
// Electronics Letters 38(7), 2002. T: float for training, double for the plain reference.
template <typename T>
class MutualInformation {
 public:
  static constexpr int kNodes = 32;

  explicit MutualInformation(Size size) : fused_(size), sources_{Nodes<T>(size), Nodes<T>(size)} {}

  // Images in [0, 1] of the constructor's size.
  void SetSources(PlaneView<const T> a, PlaneView<const T> b);
  // The image must stay until Backward.
  double Forward(PlaneView<const T> fused);
  // Adds weight * dMI/dF of the last Forward; at a node itself the slope above it, and none outside
  // of [0, 1].
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  PlaneView<const T> image_;
  Nodes<T> fused_;
  std::array<Nodes<T>, 2> sources_;
  // dI/d(value of F) where F is between the nodes i and i + 1 and the source on j, times the
  // pixels.
  std::array<std::array<T, kNodes * kNodes>, 2> slopes_;
};

// EN = -sum p log2(p + 1e-9) in bits with 64 nodes: about two bits less than that of 256 levels.
template <typename T>
class Entropy {
 public:
  static constexpr int kNodes = 64;

  explicit Entropy(Size size) : fused_(size) {}

  // The image must stay until Backward.
  double Forward(PlaneView<const T> fused);
  // Adds weight * dEN/dF of the last Forward; see MutualInformation.
  void Backward(double weight, PlaneView<T> gradient) const;

 private:
  PlaneView<const T> image_;
  Nodes<T> fused_;
  std::array<T, kNodes> slopes_;
};

}  // namespace auif::pair
