// The terms of the loss on pairs beside the metrics that they stand for.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "auif/metrics.h"
#include "train/pair/contrast.h"
#include "train/pair/qabf.h"
#include "train/pair/scd.h"
#include "train/pair/ssim.h"
#include "train/pair/test_util.h"
#include "train/pair/vifp.h"

namespace auif {
namespace {

// VIFp is the metric. The guards of SD, SF and SCD, 1e-8, show little. Qabf has its floor of half a
// grey level and vertical edges of its own; SSIM another C2, which counts where sources are flat.
// MI has 32 nodes in place of 256 levels and is not compared.
TEST(PairMetricsTest, TermsAreNearTheMetrics) {
  const Size size{120, 90};
  for (const bool camera : {false, true}) {
    pair::Images<float> images =
        camera ? pair::CameraImages(size, 3) : pair::TexturedImages(size, 3);
    for (Plane<float>* image : {&images.a, &images.b, &images.fused}) {
      *image =
          pair::Fill(size, [&](int y, int x) { return std::round(255 * image->Row(y)[x]) / 255; });
    }
    const std::vector<std::string> names = {"VIF", "Qabf", "SSIM", "SD", "SF", "SCD"};
    const Scores scores =
        Evaluator("cddfuse", names).Score(Image(images.a), Image(images.b), Image(images.fused));

    const pair::Images<double> exact = pair::As<double>(images);
    pair::Vifp<double> vifp(size);
    pair::Qabf<double> qabf(size);
    pair::Ssim<double> ssim(size);
    pair::Scd<double> scd(size);
    // Measured: 1e-13, 4e-4, 4e-4 (0.054 with flat sources), 2e-5, 2e-5, 1e-6.
    EXPECT_NEAR(pair::ForwardOf(&vifp, exact), *scores[0], 1e-9);
    EXPECT_NEAR(pair::ForwardOf(&qabf, exact), *scores[1], 2e-3);
    EXPECT_NEAR(pair::ForwardOf(&ssim, exact), *scores[2], camera ? 0.1 : 2e-3);
    EXPECT_NEAR(255 * pair::Deviation<double>(size).Forward(exact.fused), *scores[3], 1e-4);
    EXPECT_NEAR(255 * pair::SpatialFrequency<double>(size).Forward(exact.fused), *scores[4], 1e-4);
    EXPECT_NEAR(pair::ForwardOf(&scd, exact), *scores[5], 1e-5);
  }
}

}  // namespace
}  // namespace auif
