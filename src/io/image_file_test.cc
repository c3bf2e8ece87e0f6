// Images as planes.
#include "io/image_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "io/atomic_file.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The largest value of a file with this many bits.
float Full(int bits) { return bits == 8 ? 255.0f : 65535.0f; }

int ValueAt(const cv::Mat& mat, int y, int x, int c) {
  const int i = x * mat.channels() + c;
  return mat.depth() == CV_8U ? mat.ptr<std::uint8_t>(y)[i] : mat.ptr<std::uint16_t>(y)[i];
}

TEST(Image, ValuesAreDividedByTheLargest) {
  const TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    const cv::Mat mat = TestMat(33, 21, 1, bits);
    cv::imwrite((folder / "a.png").string(), mat);
    const FileImage image = ReadImage(folder / "a.png");
    EXPECT_EQ(image.bits, bits);
    EXPECT_FALSE(image.colour());
    ASSERT_EQ(image.grey.width(), 33);
    ASSERT_EQ(image.grey.height(), 21);
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 33; ++x) {
        ASSERT_EQ(image.grey.Row(y)[x], ValueAt(mat, y, x, 0) / Full(bits));
      }
    }
  }
}

TEST(Image, ColoursHaveTheLumaOfBt601) {
  const TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    const cv::Mat mat = TestMat(33, 21, 3, bits);  // B, G, R
    cv::imwrite((folder / "a.tif").string(), mat);
    const FileImage image = ReadImage(folder / "a.tif");
    ASSERT_TRUE(image.colour());
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 33; ++x) {
        for (int c = 0; c < 3; ++c) {
          ASSERT_EQ(image.rgb[c].Row(y)[x], ValueAt(mat, y, x, 2 - c) / Full(bits));
        }
        const double luma = 0.299 * image.rgb[0].Row(y)[x] + 0.587 * image.rgb[1].Row(y)[x] +
                            0.114 * image.rgb[2].Row(y)[x];
        ASSERT_EQ(image.grey.Row(y)[x], static_cast<float>(luma));
      }
    }
  }
}

TEST(Image, OneColouredPixelMakesAllOfItColour) {
  const TemporaryFolder folder;
  cv::Mat grey = TestMat(20, 10, 1, 8), mat;
  cv::merge(std::vector<cv::Mat>{grey, grey, grey}, mat);
  cv::imwrite((folder / "a.png").string(), mat);
  EXPECT_FALSE(ReadImage(folder / "a.png").colour());
  mat.ptr(7)[3 * 11 + 2] ^= 1;  // red
  cv::imwrite((folder / "a.png").string(), mat);
  const FileImage image = ReadImage(folder / "a.png");
  ASSERT_TRUE(image.colour());
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) {
      const float v = grey.ptr(y)[x] / 255.0f;
      ASSERT_EQ(image.rgb[1].Row(y)[x], v);
      ASSERT_EQ(image.rgb[2].Row(y)[x], v);
      if (y != 7 || x != 11) {
        ASSERT_EQ(image.rgb[0].Row(y)[x], v);
        ASSERT_EQ(image.grey.Row(y)[x], v);
      }
    }
  }
  EXPECT_NE(image.rgb[0].Row(7)[11], image.rgb[1].Row(7)[11]);
}

TEST(Image, TheContentSaysWhichFormatItIs) {
  const TemporaryFolder folder;
  const cv::Mat mat = TestMat(20, 10, 1, 8);
  cv::imwrite((folder / "a.png").string(), mat);
  fs::rename(folder / "a.png", folder / "a.jpg");
  EXPECT_EQ(ReadImage(folder / "a.jpg").grey.Row(3)[4], mat.ptr(3)[4] / 255.0f);
  WriteFileAtomically(folder / "text.png", "this is text");
  ExpectError(ErrorKind::kInput, "text.png: not an image that can be read",
              [&] { ReadImage(folder / "text.png"); });
  WriteFileAtomically(folder / "empty.png", "");
  ExpectError(ErrorKind::kInput, "empty.png: the file is empty",
              [&] { ReadImage(folder / "empty.png"); });
  ExpectError(ErrorKind::kInput, "no such file", [&] { ReadImage(folder / "absent.png"); });
  ExpectError(ErrorKind::kInput, "is a folder", [&] { ReadImage(folder.path()); });
}

TEST(Image, WritesRoundedAndClamped) {
  const TemporaryFolder folder;
  Plane<float> plane(5, 1);
  const float values[] = {-1.0f, 0.5f, 2.0f, 100.4f / 255, 100.6f / 255};
  std::copy(std::begin(values), std::end(values), plane.Row(0));
  for (const char* extension : {".png", ".tif", ".bmp", ".pgm"}) {
    const fs::path path = folder / (std::string("a") + extension);
    WriteImage(path, plane);
    const cv::Mat mat = cv::imread(path.string(), cv::IMREAD_UNCHANGED);
    ASSERT_EQ(mat.type(), CV_8UC1) << extension;
    const int expected[] = {0, 128, 255, 100, 101};
    for (int x = 0; x < 5; ++x) EXPECT_EQ(mat.ptr(0)[x], expected[x]) << extension;
  }
  WriteImage(folder / "a.png", plane, 16);
  const cv::Mat wide = cv::imread((folder / "a.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(wide.type(), CV_16UC1);
  EXPECT_EQ(wide.ptr<std::uint16_t>(0)[1], 32768);
}

TEST(Image, KeepsTheChroma) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "a.png").string(), cv::Mat(12, 11, CV_8UC3, cv::Scalar(60, 90, 120)));
  const FileImage colour = ReadImage(folder / "a.png");
  Plane<float> fused = colour.grey;
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 11; ++x) fused.Row(y)[x] += 20 / 255.0f;
  }
  WriteImage(folder / "b.png", fused, colour);
  const cv::Mat mat = cv::imread((folder / "b.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(mat.type(), CV_8UC3);
  EXPECT_EQ(mat.at<cv::Vec3b>(5, 5), cv::Vec3b(80, 110, 140));
  // One format has no colours, one has nothing else.
  WriteImage(folder / "b.pgm", fused, colour);
  EXPECT_EQ(cv::imread((folder / "b.pgm").string(), cv::IMREAD_UNCHANGED).type(), CV_8UC1);
  WriteImage(folder / "b.ppm", fused);
  EXPECT_EQ(ReadFile(folder / "b.ppm").substr(0, 2), "P6");
  EXPECT_FALSE(ReadImage(folder / "b.ppm").colour());
}

TEST(Image, Extensions) {
  for (const char* name : {"a.png", "b.PNG", "c.jpeg", "d.Tif", "e.tiff", "f.bmp", "g.pgm"}) {
    EXPECT_TRUE(IsImageExtension(name)) << name;
  }
  for (const char* name : {"a", "png", ".png", "a.png.txt", "b.webp"}) {
    EXPECT_FALSE(IsImageExtension(name)) << name;
  }
  EXPECT_NO_THROW(CheckImageFormat("a.png", 16));
  ExpectError(ErrorKind::kUsage, "unknown image format '.xyz'",
              [] { CheckImageFormat("a.xyz", 8); });
  ExpectError(ErrorKind::kUsage, "8 or 16 bits, not 12", [] { CheckImageFormat("a.png", 12); });
  ExpectError(ErrorKind::kUsage, "a.jpg: the format cannot hold 16 bits",
              [] { CheckImageFormat("a.jpg", 16); });
}

}  // namespace
}  // namespace auif
