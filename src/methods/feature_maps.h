// Convolutional networks on images of any size in little memory: an image is cut into tiles, and
// every layer is computed on a tile's pixels and the halo that the next layers need. Inside the
// image a halo holds what the neighbouring tile computes, so the cuts leave no trace.
#pragma once

#include <functional>
#include <vector>

#include "auif/method.h"
#include "kernels/conv_layer.h"

namespace auif {

// Pixels [x0, x1) x [y0, y1) of an image.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  // Grown on all sides, but not beyond the image.
  PixelBox Grown(int margin, Size image) const;
};

// What a convolution reads beyond the image.
enum class Outside { kZero, kReflect };  // reflection does not repeat the edge

// The channels of one tile and its halo, with a margin for what lies beyond the image.
class FeatureMaps {
 public:
  static constexpr int kMargin = 8;  // pixels; the largest radius of a layer

  // Gives it another size, keeping the memory; values are left as they are.
  void Reset(int channels, const PixelBox& box);
  // The memory that this takes.
  static double Bytes(int channels, const PixelBox& box);
  int channels() const { return channels_; }
  const PixelBox& box() const { return box_; }
  // Pixel (x, y) of the image, which lies in the box or its margin.
  float* At(int channel, int y, int x) {
    return values_.data() + channel * channel_stride_ + (y - box_.y0 + kMargin) * row_stride_ +
           (x - box_.x0 + kMargin);
  }
  ChannelRows<float> Rows(int channel, int y, int x) {
    return {At(channel, y, x), channel_stride_, row_stride_};
  }

 private:
  int channels_ = 0;
  PixelBox box_;
  std::ptrdiff_t channel_stride_ = 0, row_stride_ = 0;
  std::vector<float> values_;
};

// Fills the box of the first channel with a source's grey levels, 0..255.
void CopyLevels(PlaneView<const float> source, FeatureMaps& maps);

// Writes the tile's pixels of the first channel to the result.
void CopyTile(FeatureMaps& maps, const PixelBox& tile, PlaneView<float> out);

// Adds the first `channels` channels of `maps` to those of `sum` in `box`.
void AddMaps(FeatureMaps& maps, int channels, const PixelBox& box, FeatureMaps& sum);

// Computes the pixels `box` of the layer's channels, written from channel `to` of `out` on, from
// the channels of `in` from `from` on, whose pixels box.Grown(layer.radius(), image) are there.
// Fills the margin of `in`.
void Convolve(const ConvLayer& layer, FeatureMaps& in, int from, const PixelBox& box, Size image,
              Outside outside, FeatureMaps& out, int to);

// Calls work(tile, slot) for all tiles of an image, in any order, on `threads` threads (0: all);
// two calls at a time have different slots below the number of threads. `halo`: how far a network
// looks; tiles are large beside it. Returns false where `progress` said stop.
bool ForEachTile(Size image, int halo, int threads, const MethodProgress& progress,
                 const std::function<void(const PixelBox& tile, int slot)>& work);

// The smallest value as grey level 0, the largest as 255, and what lies between linearly, as
// written to 8 bits: half up. A flat image is black.
void Stretch(PlaneView<float> image);

}  // namespace auif
