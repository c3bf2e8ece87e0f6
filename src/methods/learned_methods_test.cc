// DenseFuse and DeepFuse: published images with published weights, and files that are no weights.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/method.h"
#include "io/safetensors.h"
#include "methods/low_pass.h"
#include "methods/random_vgg19.h"
#include "tests/every_variant.h"
#include "tests/expect_error.h"
#include "tests/run_program.h"
#include "tests/shared_data.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

struct Published {
  const char* method;
  MethodSettings settings;
  const char* weights;
  const char *ir, *vis, *fused;  // folders
  std::vector<const char*> images;
};

// To one grey level, and nearly everywhere exactly: sums in other orders.
TEST(LearnedMethodsTest, PublishedImages) {
  AUIF_NEED_SHARED("golden/comparators/densefuse/weights.safetensors");
  const std::filesystem::path golden = SharedDir() / "golden/comparators";
  const std::vector<Published> all = {{"densefuse",
                                       {},
                                       "densefuse/weights",
                                       "densefuse/ir",
                                       "densefuse/vis",
                                       "densefuse/addition",
                                       {"1", "5"}},
                                      {"densefuse",
                                       {{"strategy", "l1"}},
                                       "densefuse/weights",
                                       "densefuse/ir",
                                       "densefuse/vis",
                                       "densefuse/l1",
                                       {"1", "5"}},
                                      {"deepfuse",
                                       {},
                                       "deepfuse/weights-b",
                                       "deepfuse/b-ir",
                                       "deepfuse/b-vis",
                                       "deepfuse/b-fused",
                                       {"1", "5", "7"}},
                                      {"deepfuse",
                                       {},
                                       "deepfuse/weights-a",
                                       "deepfuse/a-first",
                                       "deepfuse/a-second",
                                       "deepfuse/a-fused",
                                       {"forth4", "montsaint", "stream1"}},
                                      // Of the fifth, 2, the published image is another: PyTorch's
                                      // differs from it by as much (up to 10 levels).
                                      {"imagefuse",
                                       {},
                                       "imagefuse/vgg19-conv1_1-conv4_1",
                                       "imagefuse/ir",
                                       "imagefuse/vis",
                                       "imagefuse/fused",
                                       {"1", "5", "9", "14"}}};
  for (const Published& p : all) {
    if (kSlow && p.weights != std::string("densefuse/weights")) continue;
    MethodSettings settings = p.settings;
    settings.emplace_back("weights", (golden / p.weights).string() + ".safetensors");
    const auto method = OpenMethod(p.method, settings);
    for (const char* image : p.images) {
      SCOPED_TRACE(std::string(p.fused) + " " + image);
      const auto read = [&](const char* folder) {
        return ReadImage(golden / folder / (std::string(image) + ".png")).GreyAs<std::uint8_t>();
      };
      const auto as_float = [&](const char* folder) {
        return ReadImage(golden / folder / (std::string(image) + ".png")).Grey();
      };
      const Plane<std::uint8_t> expected = read(p.fused);
      const Plane<std::uint8_t> fused =
          Image(method->Fuse(as_float(p.ir), as_float(p.vis))).GreyAs<std::uint8_t>();
      int different = 0;
      for (int y = 0; y < expected.height(); ++y) {
        for (int x = 0; x < expected.width(); ++x) {
          const int d = std::abs(fused.Row(y)[x] - expected.Row(y)[x]);
          ASSERT_LE(d, 1) << x << "," << y;
          different += d;
        }
      }
      EXPECT_LT(different, 1e-3 * expected.width() * expected.height());
      if (kSlow) break;
    }
  }
}

// VGG-19 is other people's: who asks for the method is told what to get.
TEST(LearnedMethodsTest, MissingWeightsAreNamed) {
  ExpectError(ErrorKind::kInput, "VGG-19", [] { OpenMethod("imagefuse"); });
  ExpectError(ErrorKind::kInput, "weights=vgg19.safetensors", [] { OpenMethod("dlf"); });
}

class ImageFuseTest : public testing::Test {
 protected:
  ImageFuseTest() {
    WriteAll(folder_ / "w.safetensors", SerializeSafetensors(RandomVgg19()));
    // Stripes and a wedge of whole levels: they overshoot where the details of both add up.
    for (int y = 0; y < a_.height(); ++y) {
      for (int x = 0; x < a_.width(); ++x) {
        a_.Row(y)[x] = x % 9 < 2 ? 1 : static_cast<float>((40 + x) / 255.0);
        b_.Row(y)[x] = y % 7 < 3 ? 1 : static_cast<float>((40 + y) / 255.0);
      }
    }
  }
  Plane<float> Fuse(MethodSettings settings, float brightness = 1) {
    settings.emplace_back("weights", (folder_ / "w.safetensors").string());
    Plane<float> a = a_, b = b_;
    for (Plane<float>* plane : {&a, &b}) {
      for (int y = 0; y < plane->height(); ++y) {
        for (int x = 0; x < plane->width(); ++x) plane->Row(y)[x] *= brightness;
      }
    }
    return OpenMethod("imagefuse", settings)->Fuse(a, b);
  }

  const TemporaryFolder folder_;
  Plane<float> a_{{33, 26}}, b_{{33, 26}};
};

// Nothing to see: both sources count the same.
TEST_F(ImageFuseTest, WithoutGainItIsTheAverage) {
  const Plane<float> fused = Fuse({{"gain", "0"}});
  float largest = 0;
  const Plane<float> seen = Fuse({{"gain", "57"}});
  for (int y = 0; y < fused.height(); ++y) {
    for (int x = 0; x < fused.width(); ++x) {
      ASSERT_NEAR(fused.Row(y)[x], (a_.Row(y)[x] + b_.Row(y)[x]) / 2, 1e-6) << x << "," << y;
      largest = std::max(largest, std::abs(fused.Row(y)[x] - seen.Row(y)[x]));
    }
  }
  EXPECT_GT(largest, 0.02f);
}

TEST_F(ImageFuseTest, StretchMapsWhatLeavesTheRangeLinearly) {
  const Plane<float> clipped = Fuse({{"gain", "57"}});
  const Plane<float> stretched = Fuse({{"gain", "57"}, {"range", "stretch"}});
  // Of the pixels that are not clipped, the darkest and the brightest give the line.
  float x0 = 1, x1 = 0, y0 = 0, y1 = 0, least = 1, most = 0;
  int outside = 0;
  for (int y = 0; y < clipped.height(); ++y) {
    for (int x = 0; x < clipped.width(); ++x) {
      const float from = clipped.Row(y)[x], to = stretched.Row(y)[x];
      least = std::min(least, to);
      most = std::max(most, to);
      if (from <= 0 || from >= 1) {
        ++outside;
        continue;
      }
      if (from < x0) x0 = from, y0 = to;
      if (from > x1) x1 = from, y1 = to;
    }
  }
  ASSERT_GT(outside, 0);
  EXPECT_NEAR(least, 0, 1e-6);
  EXPECT_NEAR(most, 1, 1e-6);
  for (int y = 0; y < clipped.height(); ++y) {
    for (int x = 0; x < clipped.width(); ++x) {
      const float from = clipped.Row(y)[x], to = stretched.Row(y)[x];
      if (from <= 0 || from >= 1) continue;
      ASSERT_NEAR(to, y0 + (from - x0) / (x1 - x0) * (y1 - y0), 1e-5) << x << "," << y;
    }
  }
}

TEST_F(ImageFuseTest, StretchLeavesOtherImagesAlone) {
  const Plane<float> clipped = Fuse({}, 0.5f), stretched = Fuse({{"range", "stretch"}}, 0.5f);
  for (int y = 0; y < clipped.height(); ++y) {
    for (int x = 0; x < clipped.width(); ++x) {
      ASSERT_LT(clipped.Row(y)[x], 1);
      ASSERT_EQ(clipped.Row(y)[x], stretched.Row(y)[x]);
    }
  }
}

TEST_F(ImageFuseTest, BadOptionsAreRefused) {
  ExpectError(ErrorKind::kUsage, "gain", [&] { Fuse({{"gain", "-1"}}); });
  ExpectError(ErrorKind::kUsage, "range", [&] { Fuse({{"range", "wrap"}}); });
}

// The minimiser's equation, at every pixel away from the mirrored border's end.
TEST(LearnedMethodsTest, LowPassSolvesItsEquation) {
  cv::Mat image(20, 33, CV_64F);
  cv::randu(image, 0, 1);
  const cv::Mat smooth = LowPass(image, 5);
  for (int y = 1; y < 19; ++y) {
    for (int x = 1; x < 32; ++x) {
      const auto at = [&](int v, int u) { return smooth.at<double>(v, u); };
      const double laplacian =
          at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1) - 4 * at(y, x);
      ASSERT_NEAR(at(y, x) - 5 * laplacian, image.at<double>(y, x), 1e-9);
    }
  }
}

TEST(LearnedMethodsTest, FilesThatAreNoWeightsAreRefused) {
  const TemporaryFolder folder;
  const auto open = [&](const std::string& method) {
    return OpenMethod(method, {{"weights", (folder / "w.safetensors").string()}});
  };
  for (const char* method : {"densefuse", "deepfuse"}) {
    WriteAll(folder / "w.safetensors", "no weights");
    ExpectError(ErrorKind::kInput, "w.safetensors", [&] { open(method); });
    WriteAll(folder / "w.safetensors", SerializeSafetensors({}));
    ExpectError(ErrorKind::kInput, "tensor encoder/conv1_1/kernel is missing",
                [&] { open(method); });
    const Tensor wrong{{16, 1, 5, 5}, std::vector<float>(400)};
    WriteAll(folder / "w.safetensors",
             SerializeSafetensors({{{"encoder/conv1_1/kernel", wrong}}, {}}));
    ExpectError(ErrorKind::kInput, "has shape (16, 1, 5, 5), not (16, 1, 3, 3)",
                [&] { open(method); });
    std::filesystem::remove(folder / "w.safetensors");
    ExpectError(ErrorKind::kInput, "w.safetensors", [&] { open(method); });
  }
}

}  // namespace
}  // namespace auif
