// What all kernels of the collapsed network share.
#pragma once

#include <array>

namespace auif {

using Kernel5x5 = std::array<double, 25>;  // row-major

// Where a row (or column) of the output lies.
enum class Edge { kFirst = 0, kInner = 1, kLast = 2 };

// The kernels of all nine combinations of edges: [row][column].
using EdgeKernels = std::array<std::array<Kernel5x5, 3>, 3>;

// Where a layer's activation P sits; g is the step that the convolution gives.
enum class StepForm {
  kGradient,  // on the gradient: x+ = (1 - eta theta) x + eta theta I - eta P(g)
  kOutput,    // on the layer's output: x+ = P(x - eta (g - theta (I - x)))
};

}  // namespace auif
