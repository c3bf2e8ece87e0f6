// A convolution layer of a network with many channels: any odd size, a bias, and an activation that
// keeps x > 0 and multiplies the rest by `slope` (1: none, 0: ReLU).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auif {

class ConvLayer {
 public:
  ConvLayer() = default;
  // kernels: out x in x size x size, cross-correlation, as PyTorch has them; bias: out values or
  // none. slope: at most 1.
  ConvLayer(int in, int out, int size, std::span<const float> kernels, std::span<const float> bias,
            float slope);

  int in() const { return in_; }
  int out() const { return out_; }
  int size() const { return size_; }
  int radius() const { return size_ / 2; }
  float slope() const { return slope_; }
  std::int64_t parameters() const { return parameters_; }  // kernels and biases

  // Output channels are computed in groups of this many, whose weights lie beside each other:
  // [group][in][row][column][kGroup], zeros behind the last channel.
  static constexpr int kGroup = 8;
  int groups() const { return (out_ + kGroup - 1) / kGroup; }
  const float* Weights(int group) const {
    return &weights_[static_cast<std::size_t>(group) * in_ * size_ * size_ * kGroup];
  }
  const float* Bias(int group) const { return &bias_[static_cast<std::size_t>(group) * kGroup]; }

 private:
  int in_ = 0, out_ = 0, size_ = 0;
  float slope_ = 1;
  std::int64_t parameters_ = 0;
  std::vector<float> weights_, bias_;
};

// Planes of channels, `channel` and `row` values apart.
template <class T>
struct ChannelRows {
  T* data;
  std::ptrdiff_t channel, row;
};

// One row of all output channels. in: the pixel above and left of the first output by the radius;
// out: the first output. Reads and writes up to kConvSlack values behind the ends of rows. The bits
// do not depend on how an image is cut into rows and columns.
inline constexpr int kConvSlack = 16;
void ConvolveRow(const ConvLayer& layer, const ChannelRows<const float>& in,
                 const ChannelRows<float>& out, int count);

}  // namespace auif
