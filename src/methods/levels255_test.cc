#include "methods/levels255.h"

#include <gtest/gtest.h>

#include <cmath>

namespace auif {
namespace {

TEST(Levels255Test, EightBitsAreWholeNumbersAndKeepTheirRounding) {
  Plane<float> image(256, 1), out(256, 1);
  for (int x = 0; x < 256; ++x) image.Row(0)[x] = static_cast<float>(x) / 255.0f;
  cv::Mat levels = Levels255(image);
  for (int x = 0; x < 256; ++x) ASSERT_EQ(levels.at<double>(0, x), x);
  // The halves between them are rounded up, as the papers' programs do.
  levels = cv::min(levels + 0.5, 254.5);
  WriteLevels255(levels, out.View());
  for (int x = 0; x < 255; ++x) {
    ASSERT_EQ(std::floor(255 * double{out.Row(0)[x]} + 0.5), x + 1) << x;
  }
  // A level that is no whole one stays what it is.
  image.Row(0)[0] = 0.3001f;
  EXPECT_EQ(Levels255(image).at<double>(0, 0), 255 * double{0.3001f});
}

}  // namespace
}  // namespace auif
