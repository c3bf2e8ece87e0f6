#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "auif/io.h"
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
    const Image image = ReadImage(folder / "a.png");
    EXPECT_EQ(image.type(), bits == 8 ? SampleType::kUint8 : SampleType::kUint16);
    EXPECT_EQ(image.channels(), 1);
    EXPECT_EQ(image.source(), (folder / "a.png").string());
    ASSERT_EQ(image.size(), (Size{33, 21}));
    const Plane<float> grey = image.Grey();
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 33; ++x) {
        ASSERT_EQ(grey.Row(y)[x], ValueAt(mat, y, x, 0) / Full(bits));
      }
    }
  }
}

TEST(Image, ColoursHaveTheLumaOfBt601) {
  const TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    const cv::Mat mat = TestMat(33, 21, 3, bits);  // B, G, R
    cv::imwrite((folder / "a.tif").string(), mat);
    const Image image = ReadImage(folder / "a.tif");
    ASSERT_TRUE(image.colour());
    const std::array<Plane<float>, 3> rgb = {image.Channel(0), image.Channel(1), image.Channel(2)};
    const Plane<float> grey = image.Grey();
    for (int y = 0; y < 21; ++y) {
      for (int x = 0; x < 33; ++x) {
        for (int c = 0; c < 3; ++c) {
          ASSERT_EQ(rgb[c].Row(y)[x], ValueAt(mat, y, x, 2 - c) / Full(bits));
        }
        const double luma =
            0.299 * rgb[0].Row(y)[x] + 0.587 * rgb[1].Row(y)[x] + 0.114 * rgb[2].Row(y)[x];
        ASSERT_EQ(grey.Row(y)[x], static_cast<float>(luma));
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
  EXPECT_EQ(ReadImage(folder / "a.png").channels(), 3);
  mat.ptr(7)[3 * 11 + 2] ^= 1;  // red
  cv::imwrite((folder / "a.png").string(), mat);
  const Image image = ReadImage(folder / "a.png");
  ASSERT_TRUE(image.colour());
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) {
      const int v = grey.ptr(y)[x];
      ASSERT_EQ(image.View<std::uint8_t>(0).Row(y)[x], y == 7 && x == 11 ? v ^ 1 : v);
      ASSERT_EQ(image.View<std::uint8_t>(1).Row(y)[x], v);
      ASSERT_EQ(image.View<std::uint8_t>(2).Row(y)[x], v);
    }
  }
}

TEST(Image, TheContentSaysWhichFormatItIs) {
  const TemporaryFolder folder;
  const cv::Mat mat = TestMat(20, 10, 1, 8);
  cv::imwrite((folder / "a.png").string(), mat);
  fs::rename(folder / "a.png", folder / "a.jpg");
  EXPECT_EQ(ReadImage(folder / "a.jpg").Grey().Row(3)[4], mat.ptr(3)[4] / 255.0f);
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
  for (const char* extension : {".png", ".bmp", ".pgm"}) {
    const fs::path path = folder / (std::string("a") + extension);
    WriteImage(path, plane);
    const cv::Mat mat = cv::imread(path.string(), cv::IMREAD_UNCHANGED);
    ASSERT_EQ(mat.type(), CV_8UC1) << extension;
    const int expected[] = {0, 128, 255, 100, 101};
    for (int x = 0; x < 5; ++x) EXPECT_EQ(mat.ptr(0)[x], expected[x]) << extension;
  }
  // Formats for floats hold them as they are.
  for (const char* extension : {".tif", ".pfm", ".npy"}) {
    const fs::path path = folder / (std::string("a") + extension);
    WriteImage(path, plane);
    const Image read = ReadImage(path);
    ASSERT_EQ(read.type(), SampleType::kFloat) << extension;
    EXPECT_TRUE(std::equal(std::begin(values), std::end(values), read.View<float>().Row(0)));
  }
  WriteImage(folder / "a.png", Image(plane).As(SampleType::kUint16));
  const cv::Mat wide = cv::imread((folder / "a.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(wide.type(), CV_16UC1);
  EXPECT_EQ(wide.ptr<std::uint16_t>(0)[1], 32768);
}

TEST(Image, FormatsHoldWhatTheyCan) {
  const TemporaryFolder folder;
  const cv::Mat mat = TestMat(20, 10, 3, 8);
  cv::imwrite((folder / "a.png").string(), mat);
  const Image colour = ReadImage(folder / "a.png");
  WriteImage(folder / "b.tif", colour);
  EXPECT_EQ(cv::norm(cv::imread((folder / "b.tif").string(), cv::IMREAD_UNCHANGED), mat), 0);
  // One format has no colours, one has nothing else.
  WriteImage(folder / "b.pgm", colour);
  const Image luma = ReadImage(folder / "b.pgm");
  EXPECT_EQ(luma.channels(), 1);
  EXPECT_EQ(luma.View<std::uint8_t>().Row(3)[4], colour.GreyAs<std::uint8_t>().Row(3)[4]);
  WriteImage(folder / "b.ppm", luma);
  EXPECT_EQ(ReadFile(folder / "b.ppm").substr(0, 2), "P6");
  EXPECT_FALSE(ReadImage(folder / "b.ppm").colour());
}

TEST(Image, SixteenBitsAreWrittenAsTheyAre) {
  const TemporaryFolder folder;
  Plane<std::uint16_t> plane(300, 2);
  for (int x = 0; x < 300; ++x) plane.Row(1)[x] = static_cast<std::uint16_t>(200 * x);
  Image thermal = plane;
  thermal.set_range({20000, 30000});
  WriteImage(folder / "a.png", thermal);
  const Image read = ReadImage(folder / "a.png");
  ASSERT_EQ(read.type(), SampleType::kUint16);
  for (int x = 0; x < 300; ++x) ASSERT_EQ(read.View<std::uint16_t>().Row(1)[x], 200 * x);
}

TEST(ImageRows, AreThoseOfTheWholeImage) {
  const TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    cv::imwrite((folder / "a.png").string(), TestMat(20, 10, channels, 16));
    const Image whole = ReadImage(folder / "a.png");
    ImageReader reader(folder / "a.png");
    ImageSpec spec = reader.spec();
    EXPECT_EQ(spec.size, whole.size());
    spec.size.height = 3;
    Image rows(spec);
    const fs::path copy = folder / (std::to_string(channels) + ".png");
    ImageWriter writer(copy, whole.spec());
    for (int y = 0; y < 4; ++y) {
      reader.ReadRow(&rows, y % 3);
      writer.WriteRow(rows, y % 3);
    }
    const Image rest = reader.ReadRest();
    ASSERT_EQ(rest.size(), (Size{20, 6}));
    for (int y = 0; y < 6; ++y) writer.WriteRow(rest, y);
    EXPECT_FALSE(fs::exists(copy));
    writer.Finish();
    const Image written = ReadImage(copy);
    for (int c = 0; c < channels; ++c) {
      for (int y = 0; y < 10; ++y) {
        const auto* expected = whole.View<std::uint16_t>(c).Row(y);
        EXPECT_TRUE(std::equal(expected, expected + 20, written.View<std::uint16_t>(c).Row(y)));
      }
    }
  }
}

TEST(ImageRows, RefuseWhatIsNotOfTheFile) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "a.png").string(), TestMat(20, 2, 1, 8));
  ImageReader reader(folder / "a.png");
  Image row(Plane<std::uint8_t>(20, 1)), narrow(Plane<std::uint8_t>(19, 1)),
      deep(Plane<std::uint16_t>(20, 1));
  ExpectError(ErrorKind::kUsage, "a.png", [&] { reader.ReadRow(&narrow, 0); });
  ExpectError(ErrorKind::kUsage, "a.png", [&] { reader.ReadRow(&deep, 0); });
  ExpectError(ErrorKind::kUsage, "a.png", [&] { reader.ReadRow(&row, 1); });
  reader.ReadRow(&row, 0);
  reader.ReadRow(&row, 0);
  ExpectError(ErrorKind::kUsage, "all rows have been read", [&] { reader.ReadRow(&row, 0); });
  ImageWriter writer(folder / "b.png", row.spec());
  ExpectError(ErrorKind::kUsage, "b.png", [&] { writer.WriteRow(narrow, 0); });
  ExpectError(ErrorKind::kUsage, "does not hold float samples",
              [&] { ImageWriter(folder / "c.png", Image(Plane<float>(2, 2)).spec()); });
  ExpectError(ErrorKind::kUsage, "c.png: the image is empty",
              [&] { WriteImage(folder / "c.png", Image()); });
}

TEST(Image, Extensions) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "b.PNG", "c.jpeg", "d.Tif", "e.tiff", "f.bmp", "g.pgm", "h.npy",
                           "i.pfm", "j.webp", "k.jp2"}) {
    WriteFileAtomically(folder / name, "");
  }
  for (const char* name : {"a", "png", ".png", "a.png.txt", "b.raw"}) {
    WriteFileAtomically(folder / name, "");
  }
  EXPECT_EQ(ListImages(folder.path()).size(), 11u);
  EXPECT_NO_THROW(CheckImageFormat("a.png", SampleType::kUint16));
  ExpectError(ErrorKind::kUsage, "unknown image format '.xyz'",
              [] { CheckImageFormat("a.xyz", SampleType::kUint8); });
  ExpectError(ErrorKind::kUsage, "a.jpg: the format does not hold 16-bit samples",
              [] { CheckImageFormat("a.jpg", SampleType::kUint16); });
  ExpectError(ErrorKind::kUsage, "a.png: the format does not hold float samples",
              [] { CheckImageFormat("a.png", SampleType::kFloat); });
}

}  // namespace
}  // namespace auif
