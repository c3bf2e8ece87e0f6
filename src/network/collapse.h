// The exact collapse of a layer's two convolutions into one 5x5 kernel.
//
// Nothing non-linear stands between Conv1 (1 -> C) and Conv2 (C -> 1), so their composition is one
// single-channel convolution with
//
//   K[u] = sum_c sum_a conv2_c[a] * conv1_c[u - a]        (a in 3x3, u in 5x5)
//
// (cross-correlations with reflection-padded input; u = v = 0 is the upper left tap). 18*C
// multiply-adds per pixel become 25. With Padding::kInput this holds everywhere. With
// Padding::kFeature Conv2 reads a reflected feature map on the image's outermost ring: a tap of
// Conv2 that falls outside is moved onto its mirror tap before the collapse, which gives one
// kernel for each of the nine combinations of {first, inner, last} row and column.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "auif/model.h"
#include "kernels/kernel5x5.h"

namespace auif {

using Kernel3x3 = std::array<double, 9>;

// conv1, conv2: C kernels of 3x3, row-major. row/column only matter with Padding::kFeature.
Kernel5x5 Collapse(std::span<const float> conv1, std::span<const float> conv2,
                   Edge row = Edge::kInner, Edge column = Edge::kInner);

// Conv2's kernels of a layer: `conv2`, or with adjoint kernels conv1 rotated by 180 degrees.
std::vector<float> SecondConvolution(const Layer& layer, Kernels kernels);

EdgeKernels CollapseEdges(std::span<const float> conv1, std::span<const float> conv2);

// The chain rule through CollapseEdges: given the gradients with respect to the nine kernels, adds
// those with respect to both kernel tensors to dconv1 and dconv2 (C x 9 each). With Padding::kInput
// only the inner kernel's gradient is not zero.
void CollapseBackward(std::span<const float> conv1, std::span<const float> conv2,
                      const EdgeKernels& dkernels, std::span<double> dconv1,
                      std::span<double> dconv2);

}  // namespace auif
