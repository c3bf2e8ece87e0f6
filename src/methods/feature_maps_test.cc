// Networks on tiles against the plain sums over whole images.
#include "methods/feature_maps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/reflect.h"
#include "tests/every_variant.h"
#include "tests/random_model.h"

namespace auif {
namespace {

using Maps = std::vector<Plane<double>>;

std::vector<float> Numbers(std::size_t count, std::mt19937& bits) {
  std::vector<float> numbers(count);
  for (float& number : numbers) number = static_cast<float>(bits() % 65536) / 32768 - 1;
  return numbers;
}

struct Layer {
  int in, out, size;
  float slope;
  std::vector<float> kernels, bias;
  ConvLayer Conv() const { return {in, out, size, kernels, bias, slope}; }
};

Maps Plain(const Layer& layer, const Maps& in, Outside outside) {
  const int w = in[0].width(), h = in[0].height(), r = layer.size / 2;
  Maps out;
  for (int o = 0; o < layer.out; ++o) {
    Plane<double>& map = out.emplace_back(w, h);
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        double sum = layer.bias[o];
        const float* kernel =
            &layer.kernels[static_cast<std::size_t>(o) * layer.in * layer.size * layer.size];
        for (int i = 0; i < layer.in; ++i) {
          for (int dy = -r; dy <= r; ++dy) {
            for (int dx = -r; dx <= r; ++dx, ++kernel) {
              const bool inside = y + dy >= 0 && y + dy < h && x + dx >= 0 && x + dx < w;
              if (!inside && outside == Outside::kZero) continue;
              sum += double{*kernel} * in[i].Row(Reflect(y + dy, h))[Reflect(x + dx, w)];
            }
          }
        }
        map.Row(y)[x] = sum > 0 ? sum : double{layer.slope} * sum;
      }
    }
  }
  return out;
}

TEST(FeatureMapsTest, TilesLeaveNoTrace) {
  std::mt19937 bits(1);
  std::vector<Layer> layers = {{1, 3, 5, 0, {}, {}}, {3, 2, 3, 0.2f, {}, {}}, {2, 1, 3, 1, {}, {}}};
  for (Layer& layer : layers) {
    layer.kernels =
        Numbers(static_cast<std::size_t>(layer.in * layer.out * layer.size * layer.size), bits);
    layer.bias = Numbers(static_cast<std::size_t>(layer.out), bits);
  }
  constexpr int kHalo = 4;
  // Tiles are 128 pixels wide: less, just as much, one column more, and many.
  for (const Size image : {Size{5, 4}, {128, 30}, {129, 7}, {7, 257}, {300, 140}}) {
    const Plane<float> source = RandomImage(image.width, image.height, 2);
    for (const Outside outside : {Outside::kZero, Outside::kReflect}) {
      Maps plain(1, Plane<double>(image.width, image.height));
      for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) plain[0].Row(y)[x] = 255 * double{source.Row(y)[x]};
      }
      for (const Layer& layer : layers) plain = Plain(layer, plain, outside);
      for (const int threads : {1, 3}) {
        Plane<float> out(image.width, image.height);
        std::vector<std::array<FeatureMaps, 2>> buffers(static_cast<std::size_t>(threads));
        ForEachTile(image, kHalo, threads, {}, [&](const PixelBox& tile, int slot) {
          FeatureMaps *in = &buffers[slot][0], *to = &buffers[slot][1];
          in->Reset(3, tile.Grown(kHalo, image));
          to->Reset(3, tile.Grown(kHalo, image));
          CopyLevels(source, *in);
          int left = kHalo;
          for (const Layer& layer : layers) {
            left -= layer.size / 2;
            Convolve(layer.Conv(), *in, 0, tile.Grown(left, image), image, outside, *to, 0);
            std::swap(in, to);
          }
          CopyTile(*in, tile, out.View());
        });
        EXPECT_LT(RelativeError(out, plain[0]), 1e-6) << image.width << "x" << image.height;
      }
    }
  }
}

TEST(FeatureMapsTest, StretchFillsTheRangeByWholeLevels) {
  Plane<float> image(4, 1);
  const float values[] = {-3, 1, 5, 0};
  std::copy_n(values, 4, image.Row(0));
  Stretch(image.View());
  EXPECT_EQ(image.Row(0)[0], 0);
  EXPECT_NEAR(image.Row(0)[1], 0.5, 1e-6);
  EXPECT_EQ(image.Row(0)[2], 1);
  EXPECT_NEAR(image.Row(0)[3], 3.0 / 8, 1e-6);
  std::fill_n(image.Row(0), 4, 2.0f);
  Stretch(image.View());
  EXPECT_EQ(image.Row(0)[2], 0) << "a flat image is black";
}

}  // namespace
}  // namespace auif
