// Against the plain reference, on every SIMD target.
#include "kernels/loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "kernels/reference_maps.h"
#include "tests/every_variant.h"
#include "tests/random_model.h"

namespace auif {
namespace {

TEST(LossTest, AgreesWithReference) {
  for (const auto& [width, height] : {std::pair{10, 10}, std::pair{37, 13}, std::pair{48, 33}}) {
    for (const bool clip : {false, true}) {
      const LossWeights weights{.mse = 1, .ssim = 5, .clip = clip};
      // Unrelated images: SSIM of either sign.
      reference::Map maps[2];
      for (int i = 0; i < 2; ++i) {
        const Plane<float> image = RandomImage(width, height, 10 + i);
        maps[i] = reference::Map(width, height);
        for (int y = 0; y < height; ++y) {
          std::copy_n(image.Row(y), width, maps[i].Row(y));
        }
      }
      const double pixels = 2.0 * width * height;
      const double loss = reference::Loss(weights, pixels, maps[0], maps[1]);
      const reference::Map dy = reference::LossBackward(weights, pixels, maps[0], maps[1]);
      ForEachTarget([&, width = width, height = height] {
        PaddedPlane x = ToPadded(maps[0]), y = ToPadded(maps[1]), gradient(width, height);
        x.ReflectBorder();
        y.ReflectBorder();
        const LossSums sums = LossAndGradient(weights, pixels, x, y, &gradient);
        EXPECT_NEAR((sums.squares + 5 * sums.dissimilarity / 2) / pixels / loss, 1, 1e-6);
        EXPECT_LT(RelativeError(gradient, dy), 1e-5);  // measured 2e-6
      });
    }
  }
}

}  // namespace
}  // namespace auif
