// TIFF files of all number types, with several pages and with further channels.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <opencv2/imgcodecs.hpp>

#include "io/codecs/read_test_util.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

bool Same(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](float v, float w) { return v == w || (std::isnan(v) && std::isnan(w)); });
}

constexpr int kWidth = 21, kHeight = 17;

template <typename T>
std::vector<T> Numbers(int samples, double scale) {
  std::vector<T> numbers;
  for (int i = 0; i < kWidth * kHeight * samples; ++i) {
    const bool is_signed = std::numeric_limits<T>::is_signed;
    if constexpr (sizeof(T) == 1) {
      numbers.push_back(static_cast<T>(i % 256 - (is_signed ? 128 : 0)));
    } else {
      numbers.push_back(static_cast<T>(scale * (is_signed ? i - 500 : i)));
    }
  }
  return numbers;
}

// Every layout of the same numbers gives `expected`.
template <typename T>
void CheckLayouts(int bits, int format, const std::vector<T>& numbers,
                  const std::vector<float>& expected, int samples) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const char* mode : {"w", "wb"}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
      for (const int predictor : {PREDICTOR_NONE, PREDICTOR_HORIZONTAL, PREDICTOR_FLOATINGPOINT}) {
        if (predictor != PREDICTOR_NONE && compression == COMPRESSION_NONE) continue;
        if (predictor == PREDICTOR_FLOATINGPOINT && format != SAMPLEFORMAT_IEEEFP) continue;
        for (const int tile : {0, 16}) {
          TiffOptions options;
          options.mode = mode;
          options.bits = bits;
          options.samples = samples;
          options.photometric = samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB;
          options.sample_format = format;
          options.compression = compression;
          options.predictor = predictor;
          options.tile = tile;
          options.separate = tile != 0 && samples == 3;
          std::vector<T> given = numbers;
          if (mode == std::string("wb") && predictor == PREDICTOR_FLOATINGPOINT) {
            // The library's writer swaps the bytes of what this predictor wants as it is.
            for (T& number : given) {
              auto* bytes = reinterpret_cast<char*>(&number);
              std::reverse(bytes, bytes + sizeof(T));
            }
          }
          WriteTiffFile(path, kWidth, kHeight, given, options);
          const Read read = ReadWhole(path);
          EXPECT_EQ(read.shape.type, SampleType::kFloat);
          EXPECT_EQ(read.range, (Range{0, 1}));
          EXPECT_TRUE(Same(read.values, expected))
              << mode << " bits " << bits << " compression " << compression << " predictor "
              << predictor << " tile " << tile;
        }
      }
    }
  }
}

template <typename T>
void CheckType(int format, double scale) {
  for (const int samples : {1, 3}) {
    const std::vector<T> numbers = Numbers<T>(samples, scale);
    CheckLayouts(8 * sizeof(T), format, numbers, {numbers.begin(), numbers.end()}, samples);
  }
}

TEST(TiffNumbers, SignedLargeAndFloat) {
  CheckType<std::int8_t>(SAMPLEFORMAT_INT, 1);
  CheckType<std::int16_t>(SAMPLEFORMAT_INT, 30);
  CheckType<std::int32_t>(SAMPLEFORMAT_INT, 12345);
  CheckType<std::uint32_t>(SAMPLEFORMAT_UINT, 1234567);
  CheckType<float>(SAMPLEFORMAT_IEEEFP, 0.37);
  CheckType<double>(SAMPLEFORMAT_IEEEFP, 0.37);
  std::vector<std::uint16_t> half(kWidth * kHeight, 0x3c00);
  std::vector<float> values(half.size(), 1);
  half[1] = 0xc000, values[1] = -2;
  half[2] = 0x7c00, values[2] = HUGE_VALF;
  half[3] = 0x7e00, values[3] = NAN;
  half[4] = 0x0001, values[4] = std::ldexp(1.0f, -24);
  CheckLayouts(16, SAMPLEFORMAT_IEEEFP, half, values, 1);
}

TEST(TiffNumbers, FloatsAreThoseOfOpenCv) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  cv::Mat image(kHeight, kWidth, CV_32F);
  for (int i = 0; i < kWidth * kHeight; ++i) image.at<float>(i) = 0.01f * static_cast<float>(i) - 2;
  cv::imwrite(path.string(), image);
  EXPECT_EQ(ReadWhole(path).values, std::vector<float>(image.begin<float>(), image.end<float>()));
  // And the other way round, with the predictor for floats.
  const auto writer =
      FormatFor(path, SampleType::kFloat).create(path, {kWidth, kHeight, 1, SampleType::kFloat});
  for (int y = 0; y < kHeight; ++y) writer->WriteRow(image.ptr(y));
  writer->Finish();
  EXPECT_EQ(cv::norm(cv::imread(path.string(), cv::IMREAD_UNCHANGED), image, cv::NORM_INF), 0);
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  std::uint16_t predictor = 0, format = 0;
  TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor);
  TIFFGetField(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFClose(tiff);
  EXPECT_EQ(predictor, PREDICTOR_FLOATINGPOINT);
  EXPECT_EQ(format, SAMPLEFORMAT_IEEEFP);
}

TEST(TiffNumbers, PackedBits) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const int bits : {10, 12, 14}) {
    for (const int samples : {1, 3}) {
      for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
        for (const char* mode : {"w", "wb"}) {
          for (const bool white_is_zero : {false, true}) {
            if (white_is_zero && samples == 3) continue;
            std::vector<float> expected;
            TIFF* tiff = TIFFOpen(path.c_str(), mode);
            TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kWidth);
            TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kHeight);
            TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
            TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
            TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
            TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
            TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC,
                         samples == 3    ? PHOTOMETRIC_RGB
                         : white_is_zero ? PHOTOMETRIC_MINISWHITE
                                         : PHOTOMETRIC_MINISBLACK);
            TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
            const int most = (1 << bits) - 1;
            for (int y = 0; y < kHeight; ++y) {
              std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize(tiff)));
              for (int i = 0; i < kWidth * samples; ++i) {
                const int value = (i * 997 + y * 131) & most;
                expected.push_back(static_cast<float>(white_is_zero ? most - value : value));
                for (int b = 0; b < bits; ++b) {
                  const int at = i * bits + b;
                  if (value >> (bits - 1 - b) & 1) row[at / 8] |= 0x80 >> at % 8;
                }
              }
              TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
            }
            TIFFClose(tiff);
            const Read read = ReadWhole(path);
            EXPECT_EQ(read.shape.type, SampleType::kUint16);
            EXPECT_EQ(read.range, (Range{0, static_cast<double>(most)}));
            EXPECT_EQ(read.values, expected) << bits << " " << samples << " " << mode;
          }
        }
      }
    }
  }
}

TEST(TiffNumbers, WhatIsNotRead) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  TiffOptions options;
  const auto refuse = [&](int bits, int format, const std::string& part) {
    options.bits = bits;
    options.sample_format = format;
    WriteTiffFile(path, 4, 4, std::vector<std::uint64_t>(32), options);
    ExpectError(ErrorKind::kInput, part, [&] { OpenImage(path); });
  };
  refuse(64, SAMPLEFORMAT_UINT, "64 bits a sample are not read");
  refuse(64, SAMPLEFORMAT_INT, "64 bits a sample (signed)");
  refuse(64, SAMPLEFORMAT_COMPLEXIEEEFP, "64 bits a sample (complex)");
  options.photometric = PHOTOMETRIC_MINISWHITE;
  refuse(64, SAMPLEFORMAT_IEEEFP, "white at zero");
}

struct Page {
  int value;     // of all pixels
  int size;      // width and height
  int kind = 0;  // NewSubfileType
};

void WritePages(const fs::path& path, const std::vector<Page>& pages, const char* mode = "w") {
  TIFF* tiff = TIFFOpen(path.c_str(), mode);
  for (const Page& page : pages) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.size);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.size);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page.kind);
    for (int y = 0; y < page.size; ++y) {
      std::vector<std::uint8_t> row(static_cast<std::size_t>(page.size),
                                    static_cast<std::uint8_t>(page.value));
      TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
}

TEST(TiffPages, TheOneThatIsAskedFor) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const char* mode : {"w", "wb", "w8", "wb8"}) {
    // With a thumbnail before and a mask between.
    WritePages(path,
               {{1, 4, FILETYPE_REDUCEDIMAGE},
                {2, 10},
                {3, 10, FILETYPE_MASK},
                {4, 12, FILETYPE_PAGE},
                {5, 14}},
               mode);
    const int values[] = {2, 4, 5};
    for (const int page : {1, 2, 3}) {
      const Read read = ReadWhole(path, {.page = page});
      EXPECT_EQ(read.shape.width, 8 + 2 * page);
      EXPECT_EQ(read.values, std::vector<float>(read.values.size(), values[page - 1]));
      ASSERT_EQ(read.notes.size(), 1u);
    }
    EXPECT_EQ(ReadWhole(path).notes[0],
              "has 3 pages, of which the first is read (--page N reads another)");
    EXPECT_EQ(ReadWhole(path, {.page = 3}).notes[0],
              "has 3 pages, of which number 3 is read (--page N reads another)");
    for (const int page : {-1, 0, 4}) {
      ExpectError(ErrorKind::kInput, "has 3 pages, there is no page " + std::to_string(page),
                  [&] { OpenImage(path, {.page = page}); });
    }
  }
  WritePages(path, {{2, 10}, {1, 4, FILETYPE_REDUCEDIMAGE}});
  EXPECT_TRUE(ReadWhole(path).notes.empty());
  WritePages(path, {{7, 4, FILETYPE_REDUCEDIMAGE}});
  EXPECT_EQ(ReadWhole(path).values[0], 7);
}

TEST(TiffPages, ListsThatAreDamaged) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  WritePages(path, {{2, 10}, {3, 10}});
  const std::string whole = ReadFile(path);
  // The directory of the second page is the file's end: without it the first is read.
  WriteFileAtomically(path, whole.substr(0, whole.size() - 3));
  const Read cut = ReadWhole(path);
  EXPECT_EQ(cut.values, std::vector<float>(100, 2));
  ExpectError(ErrorKind::kInput, "cut short", [&] { OpenImage(path, {.page = 2}); });
  // A page that comes after itself: 4 bytes at the end say where the next is.
  std::string loop = whole;
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(loop[at + i]);
    return value;
  };
  ASSERT_EQ(word(whole.size() - 4), 0u);
  std::copy_n(whole.begin() + 4, 4, loop.end() - 4);
  WriteFileAtomically(path, loop);
  const Read looped = ReadWhole(path);
  EXPECT_EQ(looped.values, std::vector<float>(100, 2));
  EXPECT_EQ(looped.notes.back(), "its list of pages is damaged: there may be more of them");
}

TEST(FourthChannel, OfTiffAndPng) {
  const TemporaryFolder folder;
  for (const int bits : {8, 16}) {
    const cv::Mat image = TestMat(kWidth, kHeight, 4, bits);
    std::vector<float> colours, fourth, all;
    for (int i = 0; i < kWidth * kHeight * 4; ++i) {
      const float v = bits == 8 ? image.ptr<std::uint8_t>(0)[i] : image.ptr<std::uint16_t>(0)[i];
      (i % 4 == 3 ? fourth : colours).push_back(v);
    }
    const auto check = [&](const fs::path& path, const std::string& note) {
      const Read grey = ReadWhole(path, {.channels = Channels::kFourth});
      EXPECT_EQ(grey.shape.channels, 1);
      EXPECT_EQ(grey.values, fourth) << path;
      EXPECT_TRUE(grey.notes.empty());
      const Read three = ReadWhole(path, {.channels = Channels::kFirstThree});
      EXPECT_EQ(three.values, colours) << path;
      EXPECT_TRUE(three.notes.empty());
      const Read plain = ReadWhole(path);
      EXPECT_EQ(plain.values, colours) << path;
      EXPECT_EQ(plain.notes, std::vector<std::string>{note}) << path;
    };
    for (const bool separate : {false, true}) {
      TiffOptions options;
      options.bits = bits;
      options.samples = 4;
      options.photometric = PHOTOMETRIC_RGB;
      options.separate = separate;
      options.compression = separate ? COMPRESSION_LZW : COMPRESSION_NONE;
      const fs::path path = folder / "a.tif";
      if (bits == 8) {
        WriteTiffFile(path, kWidth, kHeight,
                      std::vector<std::uint8_t>(image.ptr(0), image.ptr(0) + image.total() * 4),
                      options);
      } else {
        const auto* values = image.ptr<std::uint16_t>(0);
        WriteTiffFile(path, kWidth, kHeight,
                      std::vector<std::uint16_t>(values, values + image.total() * 4), options);
      }
      check(path, "its fourth channel is not used: if it is thermal, give --rgbt");
    }
    // OpenCV stores BGRA as RGBA.
    cv::Mat swapped = image.clone();
    cv::mixChannels(std::vector<cv::Mat>{image}, std::vector<cv::Mat>{swapped},
                    {0, 2, 1, 1, 2, 0, 3, 3});
    cv::imwrite((folder / "a.png").string(), swapped);
    check(folder / "a.png", "its alpha channel is not used");
  }
}

TEST(FourthChannel, AbsentOrFull) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a.tif", "a.jpg", "a.bmp", "a.pnm"}) {
    for (const int channels : {1, 3}) {
      cv::imwrite((folder / name).string(), TestMat(kWidth, kHeight, channels, 8));
      for (const Channels wanted : {Channels::kFourth, Channels::kFirstThree}) {
        ExpectError(ErrorKind::kInput, "has no fourth channel",
                    [&] { OpenImage(folder / name, {.channels = wanted}); });
      }
    }
  }
  // An alpha channel that hides nothing is not worth a word.
  cv::Mat image = TestMat(kWidth, kHeight, 4, 16);
  for (int i = 0; i < kWidth * kHeight; ++i) image.ptr<std::uint16_t>(0)[4 * i + 3] = 65535;
  cv::imwrite((folder / "a.png").string(), image);
  EXPECT_TRUE(ReadWhole(folder / "a.png").notes.empty());
  image.ptr<std::uint16_t>(kHeight - 1)[4 * kWidth - 1] = 65534;
  cv::imwrite((folder / "a.png").string(), image);
  EXPECT_EQ(ReadWhole(folder / "a.png").notes.size(), 1u);
}

std::string Little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

// A palette that lies beyond the file's end is not taken for greys.
TEST(Palettes, ThatAreCutOff) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.tif";
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_PACKBITS}) {
    const int entries = 10;
    const std::uint32_t data = 8 + 2 + 12 * entries + 4, packed = 9 * (1 + 8);
    const std::uint32_t map = data + (compression == COMPRESSION_NONE ? 64 : packed);
    const auto entry = [](int tag, int type, std::uint32_t count, std::uint32_t value) {
      return Little(static_cast<std::uint32_t>(tag), 2) +
             Little(static_cast<std::uint32_t>(type), 2) + Little(count, 4) + Little(value, 4);
    };
    std::string bytes = "II*" + std::string(1, '\0') + Little(8, 4) + Little(entries, 2) +
                        entry(256, 3, 1, 8) + entry(257, 3, 1, 8) + entry(258, 3, 1, 8) +
                        entry(259, 3, 1, static_cast<std::uint32_t>(compression)) +
                        entry(262, 3, 1, PHOTOMETRIC_PALETTE) + entry(273, 4, 1, data) +
                        entry(277, 3, 1, 1) + entry(278, 3, 1, 8) + entry(279, 4, 1, map - data) +
                        entry(320, 3, 3 * 256, map) + Little(0, 4);
    ASSERT_EQ(bytes.size(), data);
    for (int y = 0; y < 8; ++y) {
      if (compression != COMPRESSION_NONE) bytes += '\x07';  // 8 bytes as they are
      for (int x = 0; x < 8; ++x) bytes += static_cast<char>(8 * y + x);
    }
    bytes.resize(map);
    for (std::uint32_t i = 0; i < 3 * 256; ++i) bytes += Little(i * 80 + 1, 2);
    WriteFileAtomically(path, bytes);
    const Read whole = ReadWhole(path);
    EXPECT_EQ(whole.shape.channels, 3);
    EXPECT_EQ(whole.values[4], (257 * 80 + 1) >> 8);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::FILE* file = std::fopen(path.c_str(), "wb");
      std::fwrite(bytes.data(), 1, size, file);
      std::fclose(file);
      EXPECT_THROW(ReadWhole(path), Error) << size;
    }
  }
}

}  // namespace
}  // namespace auif
