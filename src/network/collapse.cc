#include "network/collapse.h"

#include <cassert>

namespace auif {
namespace {

// The tap index (0..2) that is read in place of tap `t` of Conv2, whose outermost taps fall outside
// the feature map at its first and last row: reflection maps -1 to 1 and n to n - 2.
constexpr int Fold(int t, Edge edge) {
  if (edge == Edge::kFirst && t == 0) return 2;
  if (edge == Edge::kLast && t == 2) return 0;
  return t;
}

// Calls f(tap2, tap1, tap5) for every product of the collapse.
template <typename F>
void ForEachProduct(Edge row, Edge column, const F& f) {
  for (int ay = 0; ay < 3; ++ay) {
    for (int ax = 0; ax < 3; ++ax) {
      const int fy = Fold(ay, row), fx = Fold(ax, column);
      for (int by = 0; by < 3; ++by) {
        for (int bx = 0; bx < 3; ++bx) {
          f(ay * 3 + ax, by * 3 + bx, (fy + by) * 5 + fx + bx);
        }
      }
    }
  }
}

}  // namespace

Kernel5x5 Collapse(std::span<const float> conv1, std::span<const float> conv2, Edge row,
                   Edge column) {
  assert(conv1.size() == conv2.size() && conv1.size() % 9 == 0);
  Kernel5x5 kernel{};
  for (std::size_t c = 0; c < conv1.size(); c += 9) {
    ForEachProduct(row, column, [&](int tap2, int tap1, int tap5) {
      kernel[tap5] += double{conv2[c + tap2]} * double{conv1[c + tap1]};
    });
  }
  return kernel;
}

std::vector<float> SecondConvolution(const Layer& layer, Kernels kernels) {
  if (kernels == Kernels::kIndependent) return layer.conv2;
  std::vector<float> rotated(layer.conv1.size());
  for (std::size_t c = 0; c < rotated.size(); c += 9) {
    for (int t = 0; t < 9; ++t) rotated[c + t] = layer.conv1[c + 8 - t];
  }
  return rotated;
}

// The nine kernels are sums of the same 81 products, so one pass over the channels does.
EdgeKernels CollapseEdges(std::span<const float> conv1, std::span<const float> conv2) {
  assert(conv1.size() == conv2.size() && conv1.size() % 9 == 0);
  std::array<std::array<double, 9>, 9> products{};  // [tap2][tap1]
  for (std::size_t c = 0; c < conv1.size(); c += 9) {
    for (int i = 0; i < 9; ++i) {
      for (int j = 0; j < 9; ++j) products[i][j] += double{conv2[c + i]} * double{conv1[c + j]};
    }
  }
  EdgeKernels kernels{};
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      ForEachProduct(Edge(row), Edge(column), [&](int tap2, int tap1, int tap5) {
        kernels[row][column][tap5] += products[tap2][tap1];
      });
    }
  }
  return kernels;
}

void CollapseBackward(std::span<const float> conv1, std::span<const float> conv2,
                      const EdgeKernels& dkernels, std::span<double> dconv1,
                      std::span<double> dconv2) {
  assert(conv1.size() == conv2.size() && dconv1.size() == conv1.size() &&
         dconv2.size() == conv2.size());
  std::array<std::array<double, 9>, 9> dproducts{};  // [tap2][tap1]
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      ForEachProduct(Edge(row), Edge(column), [&](int tap2, int tap1, int tap5) {
        dproducts[tap2][tap1] += dkernels[row][column][tap5];
      });
    }
  }
  for (std::size_t c = 0; c < conv1.size(); c += 9) {
    for (int i = 0; i < 9; ++i) {
      for (int j = 0; j < 9; ++j) {
        dconv1[c + j] += dproducts[i][j] * double{conv2[c + i]};
        dconv2[c + i] += dproducts[i][j] * double{conv1[c + j]};
      }
    }
  }
}

}  // namespace auif
