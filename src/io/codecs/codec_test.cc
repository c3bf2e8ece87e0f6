// Reading and writing of images row by row.
#include "io/codecs/codec.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>

#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The whole image as an OpenCV matrix in RGB order.
cv::Mat ReadRows(const fs::path& path) {
  const auto reader = OpenImage(path);
  const auto [width, height, channels, type] = reader->shape();
  cv::Mat image;
  for (int y = 0; y < height; ++y) {
    // A row past the buffer's end would be seen by the sanitizer.
    const std::vector<std::uint8_t> fill(reader->shape().RowBytes(), 0xa5);
    std::vector<std::uint8_t> row = fill;
    reader->ReadRow(row.data());
    image.push_back(cv::Mat(1, width,
                            CV_MAKETYPE(type == SampleType::kUint8 ? CV_8U : CV_16U, channels),
                            row.data())
                        .clone());
  }
  return image;
}

void WriteRows(const fs::path& path, const cv::Mat& image) {
  const ImageShape shape{image.cols, image.rows, image.channels(),
                         image.depth() == CV_8U ? SampleType::kUint8 : SampleType::kUint16};
  const auto writer = FormatFor(path, shape.type).create(path, shape);
  for (int y = 0; y < image.rows; ++y) writer->WriteRow(image.ptr(y));
  writer->Finish();
}

cv::Mat Swapped(const cv::Mat& image) {
  if (image.channels() == 1) return image;
  cv::Mat swapped;
  cv::cvtColor(image, swapped, image.channels() == 4 ? cv::COLOR_BGRA2RGB : cv::COLOR_BGR2RGB);
  return swapped;
}

void ExpectEqual(const cv::Mat& a, const cv::Mat& b, const std::string& what) {
  ASSERT_EQ(a.type(), b.type()) << what;
  ASSERT_EQ(a.size(), b.size()) << what;
  EXPECT_EQ(cv::norm(a, b, cv::NORM_INF), 0) << what;
}

template <typename T>
std::vector<T> Values(const cv::Mat& image) {
  return {image.ptr<T>(0), image.ptr<T>(0) + image.total() * image.channels()};
}

struct Case {
  const char* extension;
  int bits;
};
constexpr Case kCases[] = {{".png", 8}, {".png", 16}, {".tif", 8}, {".tif", 16},
                           {".jpg", 8}, {".bmp", 8},  {".pnm", 8}, {".pnm", 16}};
const cv::Size kSizes[] = {{1, 1}, {3, 2}, {37, 53}, {300, 7}, {1, 40}};

TEST(Codecs, ReadWhatOpenCvWrites) {
  const TemporaryFolder folder;
  for (const Case& c : kCases) {
    for (const cv::Size& size : kSizes) {
      for (const int channels : {1, 3}) {
        // OpenCV's .pnm is for colours and greys alike.
        const fs::path path = folder / (std::string("a") + c.extension);
        cv::imwrite(path.string(), TestMat(size.width, size.height, channels, c.bits));
        const cv::Mat expected = Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED));
        ExpectEqual(ReadRows(path), expected, c.extension);
      }
    }
  }
}

TEST(Codecs, OpenCvReadsWhatTheyWrite) {
  const TemporaryFolder folder;
  for (const Case& c : kCases) {
    for (const cv::Size& size : kSizes) {
      for (const int channels : {1, 3}) {
        const cv::Mat image = TestMat(size.width, size.height, channels, c.bits);
        const fs::path path = folder / (std::string("a") + c.extension);
        WriteRows(path, image);
        const cv::Mat read = Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED));
        ExpectEqual(ReadRows(path), read, c.extension);
        if (std::string(c.extension) == ".jpg") {
          // The same pixels as of OpenCV's encoder, which has the same quality.
          std::vector<unsigned char> bytes;
          cv::imencode(".jpg", Swapped(image), bytes);
          ExpectEqual(read, Swapped(cv::imdecode(bytes, cv::IMREAD_UNCHANGED)), c.extension);
        } else {
          ExpectEqual(read, image, c.extension);
        }
        EXPECT_EQ(folder.Count(), 1);
        fs::remove(path);
      }
    }
  }
}

TEST(Codecs, WritingTwiceGivesTheSameFile) {
  const TemporaryFolder folder;
  for (const Case& c : kCases) {
    const cv::Mat image = TestMat(100, 80, 3, c.bits);
    const fs::path first = folder / (std::string("a") + c.extension);
    const fs::path second = folder / (std::string("b") + c.extension);
    WriteRows(first, image);
    WriteRows(second, image);
    EXPECT_EQ(ReadFile(first), ReadFile(second)) << c.extension;
  }
}

TEST(Codecs, AllStreamWhatTheyWrite) {
  const TemporaryFolder folder;
  for (const Case& c : kCases) {
    const fs::path path = folder / (std::string("a") + c.extension);
    WriteRows(path, TestMat(300, 300, 3, c.bits));
    EXPECT_TRUE(OpenImage(path)->streams()) << c.extension;
  }
}

TEST(Codecs, AlphaIsDropped) {
  const TemporaryFolder folder;
  for (const char* extension : {".png", ".tif", ".bmp"}) {
    const fs::path path = folder / (std::string("a") + extension);
    cv::imwrite(path.string(), TestMat(31, 17, 4, 8));
    ExpectEqual(ReadRows(path), Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED)),
                extension);
  }
}

TEST(Png, SmallDepthsPalettesAndInterlacing) {
  const TemporaryFolder folder;
  std::mt19937 random(3);
  for (const bool interlaced : {false, true}) {
    for (const int bits : {1, 2, 4, 8, 16}) {
      for (const int type : {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_PALETTE, PNG_COLOR_TYPE_RGB,
                             PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB_ALPHA}) {
        if (bits < 8 && type != PNG_COLOR_TYPE_GRAY && type != PNG_COLOR_TYPE_PALETTE) continue;
        if (bits == 16 && type == PNG_COLOR_TYPE_PALETTE) continue;
        PngOptions options{bits, type, interlaced, {}};
        if (type == PNG_COLOR_TYPE_PALETTE) {
          for (int i = 0; i < 1 << bits; ++i) {
            options.palette.push_back({static_cast<png_byte>(random()),
                                       static_cast<png_byte>(random()),
                                       static_cast<png_byte>(random())});
          }
        }
        constexpr int kWidth = 43, kHeight = 29;
        const int samples = type == PNG_COLOR_TYPE_GRAY_ALPHA  ? 2
                            : type == PNG_COLOR_TYPE_RGB       ? 3
                            : type == PNG_COLOR_TYPE_RGB_ALPHA ? 4
                                                               : 1;
        std::vector<std::vector<std::uint8_t>> rows(kHeight);
        for (auto& row : rows) {
          row.resize((kWidth * samples * bits + 7) / 8);
          for (std::uint8_t& byte : row) byte = static_cast<std::uint8_t>(random());
        }
        const fs::path path = folder / "a.png";
        WritePngFile(path, kWidth, rows, options);
        cv::Mat expected = Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED));
        // OpenCV has no grey with alpha and makes colours of it.
        if (type == PNG_COLOR_TYPE_GRAY_ALPHA) cv::extractChannel(expected, expected, 0);
        const std::string what = std::to_string(bits) + " bits, type " + std::to_string(type);
        ExpectEqual(ReadRows(path), expected, what);
        EXPECT_EQ(OpenImage(path)->streams(), !interlaced);
      }
    }
  }
}

TEST(Tiff, LayoutsAndCompressions) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  constexpr int kWidth = 53, kHeight = 47;
  int cases = 0;
  for (const char* mode : {"w", "wb", "wl8"}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS,
                                  COMPRESSION_ADOBE_DEFLATE, COMPRESSION_ZSTD, COMPRESSION_LZMA}) {
      for (const int tile : {0, 16, 64}) {
        for (const int samples : {1, 2, 3, 5}) {
          for (const bool separate : {false, true}) {
            for (const int bits : {8, 16}) {
              TiffOptions options;
              options.mode = mode;
              options.bits = bits;
              options.samples = samples;
              options.separate = separate;
              options.compression = compression;
              options.tile = tile;
              options.rows_per_strip = cases++ % 2 == 0 ? 7 : 10 * kHeight;
              options.photometric = samples < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB;
              if (compression == COMPRESSION_LZW) options.predictor = PREDICTOR_HORIZONTAL;
              const cv::Mat image = TestMat(kWidth, kHeight, samples, bits);
              if (bits == 8) {
                WriteTiffFile(path, kWidth, kHeight, Values<std::uint8_t>(image), options);
              } else {
                WriteTiffFile(path, kWidth, kHeight, Values<std::uint16_t>(image), options);
              }
              std::vector<cv::Mat> planes;
              cv::split(image, planes);
              planes.resize(samples < 3 ? 1 : 3);
              cv::Mat expected;
              cv::merge(planes, expected);
              ExpectEqual(ReadRows(path), expected,
                          std::string(mode) + " compression " + std::to_string(compression) +
                              " tile " + std::to_string(tile) + " samples " +
                              std::to_string(samples) + " separate " + std::to_string(separate) +
                              " bits " + std::to_string(bits));
            }
          }
        }
      }
    }
  }
}

TEST(Tiff, WhiteIsZeroPalettesAndSmallDepths) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const int tile : {0, 16}) {
    for (const int bits : {1, 2, 4, 8, 16}) {
      const int most = (1 << bits) - 1;
      TiffOptions options;
      options.bits = bits;
      options.tile = tile;
      std::vector<std::uint8_t> bytes;
      std::vector<std::uint16_t> words;
      std::mt19937 random(5);
      for (int i = 0; i < 19 * 21; ++i) {
        words.push_back(static_cast<std::uint16_t>(random() & most));
        bytes.push_back(static_cast<std::uint8_t>(words.back()));
      }
      const auto expect = [&](int channels, auto&& value) {
        bits == 16 ? WriteTiffFile(path, 19, 21, words, options)
                   : WriteTiffFile(path, 19, 21, bytes, options);
        const cv::Mat image = ReadRows(path);
        ASSERT_EQ(image.channels(), channels);
        for (int y = 0; y < 21; ++y) {
          for (int i = 0; i < 19 * channels; ++i) {
            const int got =
                bits == 16 ? image.ptr<std::uint16_t>(y)[i] : image.ptr<std::uint8_t>(y)[i];
            ASSERT_EQ(got, value(words[y * 19 + i / channels], i % channels)) << bits;
          }
        }
      };
      const int full = bits == 16 ? 65535 : 255;
      expect(1, [&](int v, int) { return v * (full / most); });
      options.photometric = PHOTOMETRIC_MINISWHITE;
      expect(1, [&](int v, int) { return full - v * (full / most); });
      if (bits == 16) continue;
      options.photometric = PHOTOMETRIC_PALETTE;
      for (auto* channel : {&options.red, &options.green, &options.blue}) {
        channel->resize(static_cast<std::size_t>(most) + 1);
        for (auto& v : *channel) v = static_cast<std::uint16_t>(random() | 0x100);
      }
      expect(3, [&](int v, int c) {
        return (c == 0 ? options.red : c == 1 ? options.green : options.blue)[v] >> 8;
      });
    }
  }
}

TEST(Tiff, JpegInside) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const int photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_YCBCR}) {
    for (const int tile : {0, 32}) {
      TiffOptions options;
      options.samples = photometric == PHOTOMETRIC_YCBCR ? 3 : 1;
      options.photometric = photometric;
      options.compression = COMPRESSION_JPEG;
      options.rows_per_strip = 16;
      options.tile = tile;
      const cv::Mat image = TestMat(70, 50, options.samples, 8);
      WriteTiffFile(path, 70, 50, Values<std::uint8_t>(image), options);
      const cv::Mat read = ReadRows(path);
      ASSERT_EQ(read.type(), image.type());
      // The noise is lost and colours are halved; a wrong channel or colour space is off by 60.
      EXPECT_LT(cv::norm(image, read, cv::NORM_L1) / image.total() / options.samples, 20.0);
      ExpectEqual(read, Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED)), "JPEG in TIFF");
    }
  }
}

TEST(Tiff, FirstPage) {
  const TemporaryFolder folder;
  const cv::Mat first = TestMat(20, 10, 1, 8, 1), second = TestMat(30, 40, 3, 8, 2);
  cv::imwritemulti((folder / "a.tif").string(), std::vector<cv::Mat>{first, second});
  ExpectEqual(ReadRows(folder / "a.tif"), first, "first page");
}

TEST(Jpeg, ProgressiveAndPrintColours) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.jpg";
  for (const int channels : {1, 3}) {
    cv::imwrite(path.string(), TestMat(67, 45, channels, 8),
                {cv::IMWRITE_JPEG_PROGRESSIVE, 1, cv::IMWRITE_JPEG_QUALITY, 80});
    ExpectEqual(ReadRows(path), Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED)),
                "progressive");
    EXPECT_FALSE(OpenImage(path)->streams());
  }
  WriteCmykJpegFile(path, TestMat(67, 45, 4, 8));
  ExpectEqual(ReadRows(path), Swapped(cv::imread(path.string(), cv::IMREAD_UNCHANGED)), "CMYK");
}

TEST(Pnm, HeadersTextAndOtherMaxima) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) {
    WriteFileAtomically(folder / "a.pgm", bytes);
    return ReadRows(folder / "a.pgm");
  };
  const cv::Mat expected = (cv::Mat_<std::uint8_t>(2, 3) << 0, 51, 102, 153, 204, 255);
  const std::string rows = {0, 51, 102, '\x99', '\xcc', '\xff'};
  ExpectEqual(read("P5 3 2 255\n" + rows), expected, "plain");
  ExpectEqual(read("P5\n# a comment 7\n3# another\n 2\n255\n" + rows + "more"), expected,
              "comment");
  ExpectEqual(read("P2\n3 2 255 0 51 102\n153 204 255"), expected, "text");
  ExpectEqual(read("P2\n3 2 5 0 1 2 3 4 5\n"), expected, "text, largest value 5");
  ExpectEqual(read(std::string("P5 3 2 5\n") + '\0' + "\1\2\3\4\5"), expected, "largest value 5");
  const cv::Mat wide = (cv::Mat_<std::uint16_t>(1, 3) << 0, 65535, 32776);
  ExpectEqual(read(std::string("P5 3 1 4095\n") + '\0' + '\0' + "\x0f\xff\x08" + '\0'), wide,
              "12 bits");
  ExpectEqual(read("P3 1 1 255 1 2 3"), cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3)), "colour");
  const auto fail = [&](const std::string& bytes, const std::string& part) {
    ExpectError(ErrorKind::kInput, part, [&] { read(bytes); });
  };
  fail("P5 3 1 5\n\1\6\1", "broken");
  fail("P2 1 1 5 6", "broken");
  fail("P2 2 1 5 5", "cut short");
  fail("P5 -3 1 5\n\1\1\1", "broken");
  fail("P5 99999999999999999999 1 5\n", "broken");
  fail("P5 0 1 5\n", "no pixels");
  fail("P5 1 1 0\n1", "broken");
  fail("P5 1 1 65536\n11", "broken");
  fail("P4 8 1\n1", "PBM");
  fail("P7\n", "not an image");
  fail("P5", "cut short");
}

std::string Little(std::uint32_t value, int bytes = 4) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

// A BMP file with a header of 40 bytes; `tables`: the palette or the masks.
std::string BmpFile(int width, int height, int bits, int compression, const std::string& tables,
                    const std::string& rows, int colours = 0) {
  return "BM" + std::string(8, '\0') + Little(static_cast<std::uint32_t>(54 + tables.size())) +
         Little(40) + Little(static_cast<std::uint32_t>(width)) +
         Little(static_cast<std::uint32_t>(height)) + Little(1, 2) +
         Little(static_cast<std::uint32_t>(bits), 2) +
         Little(static_cast<std::uint32_t>(compression)) + std::string(12, '\0') +
         Little(static_cast<std::uint32_t>(colours)) + Little(0) + tables + rows;
}

TEST(Bmp, PalettesMasksAndRowOrder) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) {
    WriteFileAtomically(folder / "a.bmp", bytes);
    return ReadRows(folder / "a.bmp");
  };
  const cv::Mat grey = (cv::Mat_<std::uint8_t>(2, 3) << 0, 255, 0, 255, 255, 0);
  const std::string two = Little(0) + Little(0xffffff);
  ExpectEqual(read(BmpFile(3, 2, 1, 0, two, Little(0xc0) + Little(0x40))), grey, "1 bit");
  ExpectEqual(read(BmpFile(3, -2, 1, 0, two, Little(0x40) + Little(0xc0))), grey, "from the top");
  ExpectEqual(read(BmpFile(3, 2, 4, 0, two, Little(0x11) + Little(0x01), 2)), grey, "4 bits");
  const std::string colours = Little(0x102030) + Little(0x405060);
  ExpectEqual(read(BmpFile(1, 1, 8, 0, colours, Little(1), 2)),
              cv::Mat(1, 1, CV_8UC3, cv::Scalar(0x40, 0x50, 0x60)), "8 bits");
  ExpectEqual(read(BmpFile(1, 1, 16, 0, "", Little(31 << 10 | 16))),
              cv::Mat(1, 1, CV_8UC3, cv::Scalar(255, 0, 132)), "5 bits a channel");
  const std::string masks = Little(0xff) + Little(0xff00) + Little(0x3ff0000);
  ExpectEqual(read(BmpFile(1, 1, 32, 3, masks, Little(0x3ff0201))),
              cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 255)), "masks");

  const auto fail = [&](const std::string& bytes, const std::string& part) {
    ExpectError(ErrorKind::kInput, part, [&] { read(bytes); });
  };
  fail(BmpFile(1, 1, 8, 1, two, Little(0), 2), "compressed");
  fail(BmpFile(0, 1, 24, 0, "", Little(0)), "0x1");
  fail(BmpFile(1, 0, 24, 0, "", Little(0)), "1x0");
  fail(BmpFile(1, static_cast<int>(0x80000000), 24, 0, "", Little(0)), "size");
  fail(BmpFile(1, 1, 7, 0, "", Little(0)), "7 bits");
  fail(BmpFile(1, 1, 32, 3, Little(0) + Little(1) + Little(2), Little(0)), "mask");
  fail(BmpFile(1, 1, 8, 0, two, Little(0), 257), "257 colours");
  fail(BmpFile(1, 2, 24, 0, "", Little(0)), "cut short");
}

}  // namespace
}  // namespace auif
