#include "methods/feature_maps.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <opencv2/core.hpp>

#include "base/parallel.h"
#include "base/reflect.h"
#include "methods/levels255.h"

namespace auif {
namespace {

// Fills the pixels of box.Grown(radius) that lie beyond the image.
void Continue(FeatureMaps& maps, int channel, const PixelBox& box, int radius, Size image,
              Outside outside) {
  const int x0 = box.x0 - radius, x1 = box.x1 + radius;
  const auto inside = [](int i, int n) { return i >= 0 && i < n; };
  const auto fill_columns = [&](int y) {
    const auto put = [&](int x) {
      if (inside(x, image.width)) return;
      *maps.At(channel, y, x) =
          outside == Outside::kZero ? 0 : *maps.At(channel, y, Reflect(x, image.width));
    };
    for (int x = x0; x < 0; ++x) put(x);
    for (int x = std::max(x0, image.width); x < x1; ++x) put(x);
  };
  const int y0 = box.y0 - radius, y1 = box.y1 + radius;
  for (int y = std::max(y0, 0); y < std::min(y1, image.height); ++y) fill_columns(y);
  const auto put_row = [&](int y) {
    float* to = maps.At(channel, y, x0);
    if (outside == Outside::kZero) {
      std::fill_n(to, x1 - x0, 0.0f);
    } else {
      std::memcpy(to, maps.At(channel, Reflect(y, image.height), x0), sizeof(float) * (x1 - x0));
    }
  };
  for (int y = y0; y < 0; ++y) put_row(y);
  for (int y = std::max(y0, image.height); y < y1; ++y) put_row(y);
}

}  // namespace

PixelBox PixelBox::Grown(int margin, Size image) const {
  return {std::max(0, x0 - margin), std::max(0, y0 - margin), std::min(image.width, x1 + margin),
          std::min(image.height, y1 + margin)};
}

double FeatureMaps::Bytes(int channels, const PixelBox& box) {
  return double{sizeof(float)} * channels * (box.width() + 2 * kMargin + kConvSlack) *
         (box.height() + 2 * kMargin);
}

void FeatureMaps::Reset(int channels, const PixelBox& box) {
  channels_ = channels;
  box_ = box;
  row_stride_ = box.width() + 2 * kMargin + kConvSlack;
  channel_stride_ = row_stride_ * (box.height() + 2 * kMargin);
  // What ConvolveRow reads and writes behind the end of the last row.
  const auto count = static_cast<std::size_t>(channels * channel_stride_ + kConvSlack);
  if (values_.size() < count) values_.resize(count);
}

void CopyLevels(PlaneView<const float> source, FeatureMaps& maps) {
  const PixelBox& box = maps.box();
  for (int y = box.y0; y < box.y1; ++y) {
    const cv::Mat levels = Levels255({source.Row(y) + box.x0, box.width(), 1, source.stride});
    std::copy_n(levels.ptr<double>(0), box.width(), maps.At(0, y, box.x0));
  }
}

void CopyTile(FeatureMaps& maps, const PixelBox& tile, PlaneView<float> out) {
  for (int y = tile.y0; y < tile.y1; ++y) {
    std::copy_n(maps.At(0, y, tile.x0), tile.width(), out.Row(y) + tile.x0);
  }
}

void AddMaps(FeatureMaps& maps, int channels, const PixelBox& box, FeatureMaps& sum) {
  for (int c = 0; c < channels; ++c) {
    for (int y = box.y0; y < box.y1; ++y) {
      const float* from = maps.At(c, y, box.x0);
      float* to = sum.At(c, y, box.x0);
      for (int x = 0; x < box.width(); ++x) to[x] += from[x];
    }
  }
}

void Convolve(const ConvLayer& layer, FeatureMaps& in, int from, const PixelBox& box, Size image,
              Outside outside, FeatureMaps& out, int to) {
  const int r = layer.radius();
  for (int c = 0; c < layer.in(); ++c) Continue(in, from + c, box, r, image, outside);
  for (int y = box.y0; y < box.y1; ++y) {
    const ChannelRows<float> rows = in.Rows(from, y - r, box.x0 - r);
    ConvolveRow(layer, {rows.data, rows.channel, rows.row}, out.Rows(to, y, box.x0), box.width());
  }
}

bool ForEachTile(Size image, int halo, int threads, const MethodProgress& progress,
                 const std::function<void(const PixelBox& tile, int slot)>& work) {
  const int side = std::max(128, 4 * halo);
  const auto cuts = [side](int length) { return (length + side - 1) / side; };
  const int columns = cuts(image.width), count = columns * cuts(image.height);
  const int slots = std::min(ThreadCount(threads), count);
  std::atomic<int> next = 0;
  std::mutex mutex;
  int done = 0;
  bool stopped = false;
  ParallelFor(slots, slots, [&](int slot) {
    for (int i = next++; i < count; i = next++) {
      const int x = i % columns * side, y = i / columns * side;
      work({x, y, std::min(x + side, image.width), std::min(y + side, image.height)}, slot);
      if (!progress) continue;
      const std::scoped_lock lock(mutex);
      if (!stopped && !progress(static_cast<double>(++done) / count)) {
        stopped = true;
        next = count;
      }
    }
  });
  return !stopped;
}

void Stretch(PlaneView<float> image) {
  float low = image.Row(0)[0], high = low;
  for (int y = 0; y < image.height; ++y) {
    const auto [least, most] = std::minmax_element(image.Row(y), image.Row(y) + image.width);
    low = std::min(low, *least);
    high = std::max(high, *most);
  }
  // In float, as the public programs do.
  const float range = high > low ? high - low : 1;
  cv::Mat levels(1, image.width, CV_64F);
  for (int y = 0; y < image.height; ++y) {
    float* row = image.Row(y);
    for (int x = 0; x < image.width; ++x) {
      levels.at<double>(0, x) = (row[x] - low) / range * 255.0f;
    }
    WriteLevels255(levels, {row, image.width, 1, image.stride});
  }
}

}  // namespace auif
