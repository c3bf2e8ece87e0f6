#include "metrics/ssim.h"

#include <gtest/gtest.h>

#include "metrics/test_images.h"

namespace auif::metrics {
namespace {

TEST(SsimTest, ByHandForConstantImages) {
  // Only the brightness term: (2 * 100 * 200 + C1) / (100^2 + 200^2 + C1), C1 = 2.55^2.
  EXPECT_NEAR(*Ssim(Constant(11, 11, 100), Constant(11, 11, 200)), 40006.5025 / 50006.5025,
              1e-9);  // the window's sum is one to the last bit only, and variances are small sums
}

TEST(SsimTest, ByHandForOneWindow) {
  // Means 1 and 2, variances 1 and 4, covariance 2; C1 = 1, C2 = 4.
  const Plane<double> a = Rows({{0, 2}, {0, 2}}), f = Rows({{0, 4}, {0, 4}});
  SsimOptions options{.window = {0.5, 0.5}, .k1 = 0.1, .k2 = 0.2, .range = 10};
  EXPECT_DOUBLE_EQ(*Ssim(a, f, options), (4 + 1) * (4 + 4.0) / ((5 + 1) * (5 + 4.0)));
  options.sample_covariance = true;  // 4/3 of the above
  EXPECT_DOUBLE_EQ(*Ssim(a, f, options), 5 * (16 / 3.0 + 4) / (6 * (20 / 3.0 + 4)));
}

TEST(SsimTest, OneForEqualImagesAndSymmetric) {
  const Plane<double> a = Noise(23, 17, 1), b = Noise(23, 17, 2);
  for (const SsimOptions& options : {SsimOptions{}, SsimOptions::Uniform7(2)}) {
    EXPECT_DOUBLE_EQ(*Ssim(a, a, options), 1);
    EXPECT_NEAR(*Ssim(a, b, options), *Ssim(b, a, options), 1e-15);  // products in other order
    EXPECT_LT(*Ssim(a, b, options), 0.5);
  }
}

TEST(SsimTest, UndefinedBelowTheWindow) {
  EXPECT_FALSE(Ssim(Noise(10, 20, 1), Noise(10, 20, 2)));
  EXPECT_FALSE(Ssim(Noise(20, 6, 1), Noise(20, 6, 2), SsimOptions::Uniform7(2)));
}

}  // namespace
}  // namespace auif::metrics
