// WebP and JPEG 2000, against OpenCV's readers and writers.
#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "auif/io.h"
#include "io/codecs/read_test_util.h"
#include "tests/captured_output.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

std::string Encoded(const char* extension, const cv::Mat& image,
                    const std::vector<int>& options = {}) {
  std::vector<unsigned char> bytes;
  cv::imencode(extension, image, bytes, options);
  return {bytes.begin(), bytes.end()};
}
// Of a lossless .webp, quality above 100.
std::string Webp(const cv::Mat& image, int quality = 101) {
  return Encoded(".webp", image, {cv::IMWRITE_WEBP_QUALITY, quality});
}
// Lossless: all of 1000 thousandths of the size.
std::string Jp2(const cv::Mat& image) {
  return Encoded(".jp2", image, {cv::IMWRITE_JPEG2000_COMPRESSION_X1000, 1000});
}
// The codestream alone: the last box.
std::string Codestream(const std::string& jp2) { return jp2.substr(jp2.find("jp2c") + 4); }

class WebFormatsTest : public testing::Test {
 protected:
  fs::path Write(const std::string& bytes) {
    WriteQuickly(folder_ / "a", bytes);
    return folder_ / "a";
  }
  // In the order of OpenCV's matrices.
  cv::Mat Read(const std::string& bytes) {
    const auto reader = OpenImage(Write(bytes));
    const ImageShape shape = reader->shape();
    cv::Mat image;
    std::vector<std::uint8_t> row(shape.RowBytes());
    for (int y = 0; y < shape.height; ++y) {
      reader->ReadRow(row.data());
      const int depth = shape.type == SampleType::kUint8 ? CV_8U : CV_16U;
      image.push_back(
          cv::Mat(1, shape.width, CV_MAKETYPE(depth, shape.channels), row.data()).clone());
    }
    notes_ = reader->notes();
    range_ = reader->range();
    if (shape.channels == 3) cv::cvtColor(image, image, cv::COLOR_RGB2BGR);
    return image;
  }
  std::optional<std::string> Complaint(const std::string& bytes) {
    return auif::Complaint(folder_ / "a", bytes);
  }
  std::vector<std::pair<std::string, std::string>> Samples() const {
    const cv::Mat colour = TestMat(37, 33, 3, 8), deep = TestMat(37, 33, 1, 16);
    return {{"lossless", Webp(colour)},
            {"lossy", Webp(colour, 80)},
            {"alpha", Webp(TestMat(37, 33, 4, 8), 80)},
            {"jp2", Jp2(colour)},
            {"grey", Jp2(deep)},
            {"j2k", Codestream(Jp2(colour))}};
  }

  TemporaryFolder folder_;
  std::vector<std::string> notes_;
  Range range_;
};

void ExpectSame(const cv::Mat& a, const cv::Mat& b, const std::string& what) {
  ASSERT_EQ(a.type(), b.type()) << what;
  ASSERT_EQ(a.size(), b.size()) << what;
  EXPECT_EQ(cv::norm(a, b, cv::NORM_INF), 0) << what;
}

TEST_F(WebFormatsTest, Webp) {
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(37, 53), cv::Size(300, 7)}) {
    const cv::Mat image = TestMat(size.width, size.height, 3, 8);
    ExpectSame(Read(Webp(image)), image, "lossless");
    EXPECT_TRUE(notes_.empty());
    const std::string lossy = Webp(image, 80);
    const cv::Mat read = Read(lossy);
    ExpectSame(read, cv::imread((folder_ / "a").string(), cv::IMREAD_COLOR), "lossy");
  }
  const cv::Mat alpha = TestMat(37, 33, 4, 8);
  const std::string with_alpha = Webp(alpha);
  cv::Mat expected = cv::imdecode(std::vector<unsigned char>(with_alpha.begin(), with_alpha.end()),
                                  cv::IMREAD_UNCHANGED);
  cv::cvtColor(expected, expected, cv::COLOR_BGRA2BGR);
  ExpectSame(Read(with_alpha), expected, "alpha");
  EXPECT_EQ(notes_, std::vector<std::string>{"its alpha channel is dropped"});
}

std::string Little(std::uint32_t value) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

TEST_F(WebFormatsTest, WebpIsTurnedUpright) {
  const cv::Mat image = TestMat(37, 33, 3, 8);
  // With a header of the extended kind: flags (8: EXIF), width - 1 and height - 1 in 24 bits.
  const std::string exif = "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"s;
  const std::string body = "WEBP" + ("VP8X" + Little(10)) + "\x08\0\0\0"s +
                           Little(36).substr(0, 3) + Little(32).substr(0, 3) +
                           Webp(image).substr(12) + "EXIF" +
                           Little(static_cast<std::uint32_t>(exif.size())) + exif;
  cv::Mat expected;
  cv::rotate(image, expected, cv::ROTATE_90_CLOCKWISE);
  ExpectSame(Read("RIFF" + Little(static_cast<std::uint32_t>(body.size())) + body), expected,
             "turned");
  EXPECT_EQ(notes_, std::vector<std::string>{"is turned upright, as its orientation tag says"});
}

TEST_F(WebFormatsTest, Jpeg2000) {
  for (const int channels : {1, 3}) {
    for (const int bits : {8, 16}) {
      for (const cv::Size size : {cv::Size(37, 53), cv::Size(300, 40)}) {
        const std::string what = std::to_string(channels) + " x " + std::to_string(bits);
        const cv::Mat image = TestMat(size.width, size.height, channels, bits);
        const std::string bytes = Jp2(image);
        ExpectSame(Read(bytes), image, what);
        EXPECT_TRUE(notes_.empty());
        EXPECT_EQ(range_, FullRange(bits == 8 ? SampleType::kUint8 : SampleType::kUint16));
        ExpectSame(Read(Codestream(bytes)), image, what + " codestream");
      }
    }
  }
  const std::string lossy =
      Encoded(".jp2", TestMat(64, 64, 3, 8), {cv::IMWRITE_JPEG2000_COMPRESSION_X1000, 200});
  const cv::Mat read = Read(lossy);
  ExpectSame(read, cv::imread((folder_ / "a").string(), cv::IMREAD_UNCHANGED), "lossy");
}

TEST_F(WebFormatsTest, AreFoundInFolders) {
  for (const char* name : {"a.webp", "b.JP2", "c.j2k", "d.txt"})
    WriteFileAtomically(folder_ / name, "x");
  const std::vector<fs::path> expected = {folder_ / "a.webp", folder_ / "b.JP2", folder_ / "c.j2k"};
  EXPECT_EQ(ListImages(folder_.path()), expected);
}

TEST_F(WebFormatsTest, EveryCutIsRefused) {
  const CapturedOutput output;
  for (const auto& [name, bytes] : Samples()) {
    ASSERT_FALSE(Complaint(bytes)) << name;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_TRUE(Complaint(bytes.substr(0, size))) << name << " cut to " << size;
    }
  }
  EXPECT_TRUE(output.Empty());
}

TEST_F(WebFormatsTest, ChangedBytesNeverCrash) {
  const CapturedOutput output;
  std::mt19937 random(11);
  int refused = 0;
  for (const auto& [name, bytes] : Samples()) {
    for (int round = 0; round < 150; ++round) {
      std::string changed = bytes;
      for (int i = 0; i < 1 + round % 4; ++i) {
        const std::size_t within =
            random() % 2 == 0 ? std::min<std::size_t>(bytes.size(), 200) : bytes.size();
        changed[random() % within] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
      }
      if (Complaint(changed)) ++refused;
    }
  }
  EXPECT_TRUE(output.Empty());
  EXPECT_GT(refused, 100);
}

TEST_F(WebFormatsTest, ClaimsThatAreNotReadOrNotBelieved) {
  const std::string good = Codestream(Jp2(TestMat(37, 33, 3, 8)));
  const auto changed = [&](std::size_t at, const std::string& bytes) {
    std::string copy = good;
    copy.replace(at, bytes.size(), bytes);
    return Complaint(copy).value_or("read");
  };
  constexpr std::size_t kWidth = 8, kTileWidth = 24, kCount = 40, kDepth = 42;
  const std::string huge = "\0\0\xff\xff\0\0\xff\xff"s;
  EXPECT_NE(changed(kWidth, huge).find("cut short"), std::string::npos);
  EXPECT_NE(changed(kTileWidth, "\0\0\0\1\0\0\0\1"s).find("cut short"), std::string::npos);
  EXPECT_NE(changed(kWidth, "\0\0\0\0\0\0\0\0"s).find("no pixels"), std::string::npos);
  EXPECT_NE(changed(kWidth, "\xff\xff\xff\xff"s).find("columns"), std::string::npos);
  EXPECT_NE(changed(kCount, "\x40\0"s).find("channels"), std::string::npos);
  EXPECT_NE(changed(kDepth, "\x87").find("depths"), std::string::npos);
  EXPECT_NE(changed(kDepth, "\x1f\1\1\x1f\1\1\x1f").find("bits"), std::string::npos);
  EXPECT_NE(changed(kDepth, "\x87\1\1\x87\1\1\x87").find("signed"), std::string::npos);
  EXPECT_NE(changed(kDepth + 1, "\2").find("different sizes"), std::string::npos);

  std::string yellow = Jp2(TestMat(37, 33, 3, 8));
  const std::size_t colours = yellow.find("colr");
  ASSERT_NE(colours, yellow.npos);
  yellow[colours + 10] = 18;  // luma and chroma
  EXPECT_NE(Complaint(yellow).value_or("read").find("kind 18"), std::string::npos);
  std::string boxes;
  for (int i = 0; i < 2000; ++i) boxes += "\0\0\0\x08"s + "free";
  EXPECT_NE(Complaint("\0\0\0\x0cjP  \r\n\x87\n"s + boxes).value_or("").find("boxes"),
            std::string::npos);
  // A lossy frame of 16383 x 16383 pixels in a few bytes.
  std::string webp = Webp(TestMat(16, 16, 3, 8), 50);
  const std::size_t frame = webp.find("\x9d\x01\x2a");
  ASSERT_NE(frame, webp.npos);
  webp.replace(frame + 3, 4, "\xff\x3f\xff\x3f");
  EXPECT_TRUE(Complaint(webp));
  EXPECT_TRUE(Complaint("RIFF\4\0\0\0AVI "s));
}

}  // namespace
}  // namespace auif
