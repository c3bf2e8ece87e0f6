#include "kernels/conv_layer.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv_layer.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h:
#include "hwy/highway.h"
#include "kernels/unroll-inl.h"

HWY_BEFORE_NAMESPACE();
namespace auif {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, kConvSlack>;
using V = hn::Vec<D>;

// Sums that fit the registers: 32 of AVX-512 and NEON, else 16.
constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64;
constexpr int kChannels = kManyRegisters ? 8 : 4;
constexpr int kVectors = 3;
static_assert(ConvLayer::kGroup % kChannels == 0);

// kVecs vectors of kChannels output channels, whose weights begin at `weights`.
template <int kVecs>
HWY_INLINE void Block(const ConvLayer& layer, const float* HWY_RESTRICT weights,
                      const float* HWY_RESTRICT bias, const ChannelRows<const float>& in,
                      std::ptrdiff_t x, const ChannelRows<float>& out, int channels) {
  const D d;
  const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  V sums[kChannels][kVecs];
  Unroll<0, kChannels>([&](auto c) AUIF_INLINE_LAMBDA {
    Unroll<0, kVecs>([&](auto v) AUIF_INLINE_LAMBDA { sums[c][v] = hn::Set(d, bias[c]); });
  });
  const int size = layer.size();
  for (int i = 0; i < layer.in(); ++i) {
    for (int row = 0; row < size; ++row) {
      const float* HWY_RESTRICT from = in.data + i * in.channel + row * in.row + x;
      for (int column = 0; column < size; ++column) {
        V values[kVecs];
        Unroll<0, kVecs>([&](auto v) AUIF_INLINE_LAMBDA {
          values[v] = hn::LoadU(d, from + column + v * lanes);
        });
        Unroll<0, kChannels>([&](auto c) AUIF_INLINE_LAMBDA {
          const V weight = hn::Set(d, weights[c]);
          Unroll<0, kVecs>([&](auto v) AUIF_INLINE_LAMBDA {
            sums[c][v] = hn::MulAdd(weight, values[v], sums[c][v]);
          });
        });
        weights += ConvLayer::kGroup;
      }
    }
  }
  const V slope = hn::Set(d, layer.slope());
  Unroll<0, kChannels>([&](auto c) AUIF_INLINE_LAMBDA {
    if (c >= channels) return;
    Unroll<0, kVecs>([&](auto v) AUIF_INLINE_LAMBDA {
      const V sum = sums[c][v];
      hn::StoreU(hn::Max(sum, hn::Mul(slope, sum)), d, out.data + c * out.channel + x + v * lanes);
    });
  });
}

void RunConvolveRow(const ConvLayer& layer, const ChannelRows<const float>& in,
                    const ChannelRows<float>& out, int count) {
  const D d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  for (int g = 0; g < layer.groups(); ++g) {
    for (int c = 0; c < ConvLayer::kGroup; c += kChannels) {
      const int first = g * ConvLayer::kGroup + c, channels = layer.out() - first;
      if (channels <= 0) break;
      const float* weights = layer.Weights(g) + c;
      const float* bias = layer.Bias(g) + c;
      const ChannelRows<float> to{out.data + first * out.channel, out.channel, out.row};
      int x = 0;
      for (; x + kVectors * lanes <= count; x += kVectors * lanes) {
        Block<kVectors>(layer, weights, bias, in, x, to, channels);
      }
      for (; x < count; x += lanes) Block<1>(layer, weights, bias, in, x, to, channels);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace auif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auif {
namespace {
HWY_EXPORT(RunConvolveRow);
}  // namespace

ConvLayer::ConvLayer(int in, int out, int size, std::span<const float> kernels,
                     std::span<const float> bias, float slope)
    : in_(in),
      out_(out),
      size_(size),
      slope_(slope),
      parameters_(static_cast<std::int64_t>(kernels.size() + bias.size())),
      weights_(static_cast<std::size_t>(groups()) * in * size * size * kGroup),
      bias_(static_cast<std::size_t>(groups()) * kGroup) {
  std::copy(bias.begin(), bias.end(), bias_.begin());
  const int taps = in * size * size;
  for (int o = 0; o < out; ++o) {
    for (int t = 0; t < taps; ++t) {
      const std::size_t at =
          (static_cast<std::size_t>(o / kGroup) * taps + t) * kGroup + o % kGroup;
      weights_[at] = kernels[static_cast<std::size_t>(o) * taps + t];
    }
  }
}

void ConvolveRow(const ConvLayer& layer, const ChannelRows<const float>& in,
                 const ChannelRows<float>& out, int count) {
  HWY_DYNAMIC_DISPATCH(RunConvolveRow)(layer, in, out, count);
}

}  // namespace auif
#endif  // HWY_ONCE
