#include "auif/fuse.h"
#include "network/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/simd.h"
#include "image/convert.h"
#include "tests/every_variant.h"
#include "tests/random_model.h"

namespace auif {
namespace {

bool SameBits(const Plane<float>& a, const Plane<float>& b) {
  if (a.width() != b.width() || a.height() != b.height()) return false;
  for (int y = 0; y < a.height(); ++y) {
    if (std::memcmp(a.Row(y), b.Row(y), sizeof(float) * a.width()) != 0) return false;
  }
  return true;
}

// The bound that the project promises. Measured: at most 2.3e-6.
constexpr double kTolerance = 1e-5;

TEST(FuseTest, AgreesWithReferenceForEveryFormAndDepth) {
  const Plane<float> ir = RandomImage(37, 29, 1), vis = RandomImage(37, 29, 2);
  for (int layers = 1; layers <= 15; ++layers) {
    for (const ModelConfig& config : AllForms(layers, 1 + layers % 3)) {
      const Model model = RandomModel(config, layers);
      const Plane<double> expected = FuseReference(model, {}, ir, vis);
      ForEachTarget([&] {
        SCOPED_TRACE(config.FormName() + " N = " + std::to_string(layers));
        EXPECT_LT(RelativeError(Fuser(model).Fuse(ir, vis), expected), kTolerance);
      });
    }
  }
}

TEST(FuseTest, AgreesWithReferenceForEverySize) {
  // Widths and heights 10...70 in turn, each with another size in the other direction.
  for (int i = 10; i <= 70; ++i) {
    const int other = 10 + (i * 29) % 61;
    for (const auto& [width, height] : {std::pair{i, other}, std::pair{other, i}}) {
      const Plane<float> ir = RandomImage(width, height, i);
      const Plane<float> vis = RandomImage(width, height, 100 + i);
      for (ModelConfig config : {ModelConfig::Paper(), ModelConfig::Release()}) {
        config.layers = 3;
        config.channels = 2;
        const Model model = RandomModel(config, i);
        const Plane<double> expected = FuseReference(model, {}, ir, vis);
        ForEachTarget([&, width = width, height = height] {
          SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
          EXPECT_LT(RelativeError(Fuser(model).Fuse(ir, vis), expected), kTolerance);
        });
      }
    }
  }
}

TEST(FuseTest, AgreesWithReferenceOnLargeImagesWithAllChannels) {
  // A quarter of the pixels is still up to four bands, and 64 channels take the reference long.
  const int part = kSlow ? 2 : 1, channels = kSlow ? 8 : 64;
  for (const auto& [width, height] :
       {std::pair{333 / part, 150 / part}, std::pair{131 / part, 517 / part}}) {
    const Plane<float> ir = RandomImage(width, height, 5), vis = RandomImage(width, height, 6);
    for (ModelConfig config : {ModelConfig::Paper(), ModelConfig::Release()}) {
      config.layers = 4;
      config.channels = channels;
      const Model model = RandomModel(config, 7);
      const Plane<double> expected = FuseReference(model, {}, ir, vis);
      for (int threads = 1; threads <= 4; ++threads) {
        FuseOptions options;
        options.threads = threads;
        EXPECT_LT(RelativeError(Fuser(model, options).Fuse(ir, vis), expected), kTolerance);
      }
    }
  }
}

TEST(FuseTest, AgreesWithReferenceOnImagesOfManyPanels) {
  // Four tiles: the inner ones have a first and a last row, but no first or last column.
  const Plane<float> ir = RandomImage(6200, 12, 3), vis = RandomImage(6200, 12, 4);
  for (const ModelConfig& config : AllForms(2, 1)) {
    const Model model = RandomModel(config, 13);
    const Plane<double> expected = FuseReference(model, {}, ir, vis);
    ForEachTarget([&] {
      SCOPED_TRACE(config.FormName());
      EXPECT_LT(RelativeError(Fuser(model).Fuse(ir, vis), expected), kTolerance);
    });
  }
}

TEST(FuseTest, StrategiesAndWeightsAgreeWithReference) {
  const Plane<float> ir = RandomImage(53, 47, 3), vis = RandomImage(53, 47, 4);
  const Model model = RandomModel({.layers = 3, .channels = 4}, 11);
  FuseOptions options;
  for (Strategy strategy : {Strategy::kAdd, Strategy::kAverage, Strategy::kL1}) {
    for (const MapWeights& weights : {MapWeights{}, MapWeights{0.7f, 1.2f, 0.1f, -0.4f}}) {
      options.strategy = strategy;
      options.weights = weights;
      const Plane<double> expected = FuseReference(model, options, ir, vis);
      ForEachTarget([&] {
        SCOPED_TRACE(Name(strategy));
        EXPECT_LT(RelativeError(Fuser(model, options).Fuse(ir, vis), expected), kTolerance);
      });
    }
  }
}

TEST(FuseTest, L1OfBlackImagesIsDefined) {
  const Plane<float> black(20, 20);
  FuseOptions options;
  options.strategy = Strategy::kL1;
  const Model model = RandomModel({.layers = 2, .channels = 2}, 3);
  const Plane<double> expected = FuseReference(model, options, black, black);
  EXPECT_LT(RelativeError(Fuser(model, options).Fuse(black, black), expected), kTolerance);
}

TEST(FuseTest, SameBitsForAnyNumberOfThreads) {
  // One band, and two as low as bands get (with L1 and without); six.
  std::vector<int> heights = {33, 97};
  if (!kSlow) heights.insert(heights.end(), {92, 300});
  for (const ModelConfig& config : AllForms(10, 4)) {
    for (int height : heights) {
      const Plane<float> ir = RandomImage(101, height, 1), vis = RandomImage(101, height, 2);
      const Model model = RandomModel(config, 21);
      FuseOptions options;
      options.strategy = height % 4 == 1 ? Strategy::kL1 : Strategy::kAdd;
      options.threads = 1;
      const Plane<float> expected = Fuser(model, options).Fuse(ir, vis);
      for (int threads : {2, 3, 4, 7}) {
        options.threads = threads;
        EXPECT_TRUE(SameBits(Fuser(model, options).Fuse(ir, vis), expected))
            << config.FormName() << " height " << height << " threads " << threads;
      }
    }
  }
}

TEST(FuseTest, SeamsOfPanelsDoNotShow) {
  const Plane<float> ir = RandomImage(1501, 100, 1), vis = RandomImage(1501, 100, 2);
  for (const ModelConfig& config : AllForms(3, 2)) {
    const Model model = RandomModel(config, 21);
    for (const Strategy strategy : {Strategy::kAdd, Strategy::kL1}) {
      FuseOptions options;
      options.strategy = strategy;
      options.threads = 1;
      const Plane<float> expected = Fuser(model, options).Fuse(ir, vis);
      options.threads = 3;
      EXPECT_TRUE(SameBits(Fuser(model, options).Fuse(ir, vis), expected)) << config.FormName();
    }
  }
}

TEST(FuseTest, StridesAndOffsetsDoNotMatter) {
  const Plane<float> ir = RandomImage(45, 31, 1), vis = RandomImage(45, 31, 2);
  const Fuser fuser(RandomModel(ModelConfig::Release(), 2));
  const Plane<float> expected = fuser.Fuse(ir, vis);
  for (int offset : {1, 3}) {
    Plane<float> large(61, 40);
    PlaneView<float> window{large.Row(2) + offset, 45, 31, large.stride()};
    for (int y = 0; y < 31; ++y) std::memcpy(window.Row(y), ir.Row(y), sizeof(float) * 45);
    EXPECT_TRUE(SameBits(fuser.Fuse(window, vis), expected));
  }
}

TEST(FuseTest, ValuesOutsideTheRangeAreClamped) {
  Plane<float> ir = RandomImage(30, 30, 1), vis = RandomImage(30, 30, 2);
  Plane<float> wild = ir;
  ir.Row(5)[5] = 0;
  ir.Row(6)[6] = 1;
  ir.Row(7)[7] = 0;
  wild.Row(5)[5] = -1e30f;
  wild.Row(6)[6] = std::numeric_limits<float>::infinity();
  wild.Row(7)[7] = std::numeric_limits<float>::quiet_NaN();
  const Fuser fuser(RandomModel(ModelConfig::Release(), 2));
  ForEachTarget([&] { EXPECT_TRUE(SameBits(fuser.Fuse(wild, vis), fuser.Fuse(ir, vis))); });
}

template <Sample T>
Plane<T> FromFloat(const Plane<float>& image) {
  Plane<T> result(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) result.Row(y)[x] = FromUnit<T>(image.Row(y)[x]);
  }
  return result;
}
template <Sample T>
Plane<float> ToFloat(const Plane<T>& image) {
  Plane<float> result(image.size());
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) result.Row(y)[x] = ToUnit(image.Row(y)[x]);
  }
  return result;
}
template <Sample T>
bool SamePixels(const Plane<T>& a, const Plane<T>& b) {
  for (int y = 0; y < a.height(); ++y) {
    if (!std::equal(a.Row(y), a.Row(y) + a.width(), b.Row(y))) return false;
  }
  return a.size() == b.size();
}

TEST(FuseTest, IntegersAreTheSameBitsAsByWayOfFloat) {
  // Below the integers' blocks, one tile, several tiles; one band and two.
  for (const auto& [width, height] : {std::pair{37, 29}, std::pair{301, 97}, std::pair{1501, 33}}) {
    const Plane<std::uint8_t> ir8 = FromFloat<std::uint8_t>(RandomImage(width, height, 1));
    const Plane<std::uint8_t> vis8 = FromFloat<std::uint8_t>(RandomImage(width, height, 2));
    Plane<std::uint16_t> ir16(width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        ir16.Row(y)[x] = static_cast<std::uint16_t>(257 * ir8.Row(y)[x] ^ (31 * x + 7 * y) % 256);
      }
    }
    const Model model = RandomModel({.layers = 3, .channels = 2}, 2);
    for (int threads : {1, 2}) {
      FuseOptions options;
      options.threads = threads;
      const Fuser fuser(model, options);
      ForEachTarget([&, width = width, height = height] {
        SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height));
        const Plane<float> fused = fuser.Fuse(ToFloat(ir8), ToFloat(vis8));
        EXPECT_TRUE(SameBits(fuser.Fuse(ir8, vis8), fused));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint8_t>(ir8, vis8), FromFloat<std::uint8_t>(fused)));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint16_t>(ir8, vis8), FromFloat<std::uint16_t>(fused)));
        // A thermal camera's 16 bits beside a visible one's 8.
        const Plane<float> mixed = fuser.Fuse(ToFloat(ir16), ToFloat(vis8));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint8_t>(ir16, vis8), FromFloat<std::uint8_t>(mixed)));
        EXPECT_TRUE(
            SamePixels(fuser.Fuse<std::uint16_t>(ir16, vis8), FromFloat<std::uint16_t>(mixed)));
        EXPECT_TRUE(SameBits(fuser.Decompose(ir16).base, fuser.Decompose(ToFloat(ir16)).base));
      });
    }
  }
}

TEST(FuseTest, DecompositionOfAWideImageHasTheBitsOfItsParts) {
  // Three tiles and two bands against a window of one tile, a halo away from its ends: 2 N + 9, and
  // one more, for the columns are computed in pairs.
  constexpr int kHalo = 2 * 3 + 9 + 1;
  const Plane<float> image = RandomImage(3100, 97, 1);
  for (const ModelConfig& config : AllForms(3, 2)) {
    const Model model = RandomModel(config, 3);
    FuseOptions options;
    options.threads = 2;
    const Fuser fuser(model, options);
    const Decomposition whole = fuser.Decompose(image);
    for (const int first : {0, 800, 1000, 1300, 2000, 2500}) {
      const int width = std::min(600, image.width() - first);
      const PlaneView<const float> window{image.Row(0) + first, width, 97, image.stride()};
      const Decomposition part = fuser.Decompose(window);
      const int begin = first == 0 ? 0 : kHalo, end = first + width == 3100 ? width : width - kHalo;
      for (const auto map : {&Decomposition::base_initial, &Decomposition::detail_initial,
                             &Decomposition::base, &Decomposition::detail}) {
        for (int y = 0; y < 97; ++y) {
          ASSERT_EQ(std::memcmp((part.*map).Row(y) + begin, (whole.*map).Row(y) + first + begin,
                                sizeof(float) * (end - begin)),
                    0)
              << config.FormName() << " " << first << " row " << y;
        }
      }
    }
  }
}

TEST(FuseTest, DecompositionBeginsWithTheFiltersOfThePaper) {
  // A single white pixel: the box spreads 1/121 over 11x11, the Laplacian 1/720 over 19x19.
  Plane<float> image(60, 50);
  image.Row(25)[30] = 1;
  const Decomposition maps = Fuser(RandomModel(ModelConfig::Paper(), 2)).Decompose(image);
  for (int y = 0; y < 50; ++y) {
    for (int x = 0; x < 60; ++x) {
      const int distance = std::max(std::abs(y - 25), std::abs(x - 30));
      EXPECT_NEAR(maps.base_initial.Row(y)[x], distance <= 5 ? 1.0 / 121 : 0.0, 1e-8);
      const double detail = distance == 0 ? -360.0 / 720 : distance <= 9 ? 1.0 / 720 : 0.0;
      EXPECT_NEAR(maps.detail_initial.Row(y)[x], detail, 1e-7);
    }
  }
}

TEST(FuseTest, FusingIsDecodingTheSumOfTheDecompositions) {
  const Plane<float> ir = RandomImage(41, 90, 1), vis = RandomImage(41, 90, 2);
  const Model model = RandomModel(ModelConfig::Release(), 2);
  FuseOptions options;
  options.threads = 2;
  const Fuser fuser(model, options);
  const Decomposition a = fuser.Decompose(ir), b = fuser.Decompose(vis);
  const Plane<float> fused = fuser.Fuse(ir, vis);
  const BatchNorm& bn = model.decoder.bn;
  for (int y = 1; y < 89; ++y) {
    for (int x = 1; x < 40; ++x) {
      double sum = 0;
      for (int k = 0; k < 9; ++k) {
        const int r = y + k / 3 - 1, c = x + k % 3 - 1;
        sum += model.decoder.conv[k] *
               (a.base.Row(r)[c] + b.base.Row(r)[c] + a.detail.Row(r)[c] + b.detail.Row(r)[c]);
      }
      const double z =
          bn.weight * (sum - bn.running_mean) / std::sqrt(bn.running_var + 1e-5) + bn.bias;
      EXPECT_NEAR(fused.Row(y)[x], 1 / (1 + std::exp(-z)), 2e-6);
    }
  }
}

TEST(FuseTest, RefusesWhatCannotBeFused) {
  const Fuser fuser(RandomModel(ModelConfig::Release(), 2));
  EXPECT_THROW(fuser.Fuse(Plane<float>(9, 20), Plane<float>(9, 20)), Error);
  EXPECT_THROW(fuser.Fuse(Plane<float>(20, 9), Plane<float>(20, 9)), Error);
  EXPECT_NO_THROW(fuser.Fuse(Plane<float>(10, 10), Plane<float>(10, 10)));
  try {
    fuser.Fuse(Plane<float>(20, 21), Plane<float>(22, 23));
    FAIL() << "sizes differ";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_NE(error.message().find("20x21"), std::string::npos) << error.what();
    EXPECT_NE(error.message().find("22x23"), std::string::npos) << error.what();
  }
  FuseOptions options;
  options.threads = -1;
  EXPECT_THROW(Fuser(RandomModel(ModelConfig::Release(), 2), options), Error);
}

}  // namespace
}  // namespace auif
