// Broken, hostile and unwritable images: one Error, nothing printed, nothing left behind.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <random>

#include "auif/io.h"
#include "io/codecs/read_test_util.h"
#include "io/numpy_file.h"
#include "tests/captured_output.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// One small file of each kind, by name.
std::vector<std::pair<std::string, std::string>> Samples() {
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  std::vector<std::pair<std::string, std::string>> samples;
  const auto encode = [&](const std::string& extension, const cv::Mat& image,
                          const std::vector<int>& options = {}) {
    std::vector<unsigned char> bytes;
    cv::imencode(extension, image, bytes, options);
    samples.emplace_back(extension, std::string(bytes.begin(), bytes.end()));
  };
  for (const int channels : {1, 3}) {
    for (const char* extension : {".png", ".tif", ".jpg", ".bmp", ".pnm"}) {
      encode(extension, TestMat(37, 21, channels, 8));
    }
    encode(".png", TestMat(37, 21, channels, 16));
    encode(".tif", TestMat(37, 21, channels, 16));
    encode(".pnm", TestMat(37, 21, channels, 16));
    encode(".jpg", TestMat(37, 21, channels, 8), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  }
  std::vector<std::vector<std::uint8_t>> rows(21, std::vector<std::uint8_t>(37));
  for (std::size_t i = 0; i < 37 * 21; ++i) rows[i / 37][i % 37] = static_cast<std::uint8_t>(i * i);
  WritePngFile(path, 37, rows, {.interlaced = true});
  samples.emplace_back("interlaced", ReadFile(path));
  const cv::Mat image = TestMat(37, 21, 3, 8);
  const std::vector<std::uint8_t> data(image.ptr(0), image.ptr(0) + 3 * 37 * 21);
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_PACKBITS,
                                COMPRESSION_ADOBE_DEFLATE, COMPRESSION_JPEG}) {
    for (const int tile : {0, 16}) {
      TiffOptions options;
      options.samples = 3;
      options.photometric = compression == COMPRESSION_JPEG ? PHOTOMETRIC_YCBCR : PHOTOMETRIC_RGB;
      options.compression = compression;
      options.rows_per_strip = 16;
      options.tile = tile;
      options.separate = compression == COMPRESSION_LZW;
      WriteTiffFile(path, 37, 21, data, options);
      samples.emplace_back("tiff " + std::to_string(compression) + " " + std::to_string(tile),
                           ReadFile(path));
    }
  }
  const auto tiff = [&](int bits, int format, int compression, int predictor, const auto& numbers) {
    TiffOptions options;
    options.bits = bits;
    options.sample_format = format;
    options.compression = compression;
    options.predictor = predictor;
    WriteTiffFile(path, 37, 21, numbers, options);
    samples.emplace_back("tiff of " + std::to_string(bits) + " bits", ReadFile(path));
  };
  std::vector<float> floats;
  for (int i = 0; i < 37 * 21; ++i) floats.push_back(0.37f * static_cast<float>(i) - 20);
  const std::vector<double> doubles(floats.begin(), floats.end());
  const std::vector<std::int16_t> words(floats.begin(), floats.end());
  tiff(32, SAMPLEFORMAT_IEEEFP, COMPRESSION_LZW, PREDICTOR_FLOATINGPOINT, floats);
  tiff(32, SAMPLEFORMAT_IEEEFP, COMPRESSION_NONE, PREDICTOR_NONE, floats);
  tiff(64, SAMPLEFORMAT_IEEEFP, COMPRESSION_ADOBE_DEFLATE, PREDICTOR_FLOATINGPOINT, doubles);
  tiff(16, SAMPLEFORMAT_IEEEFP, COMPRESSION_NONE, PREDICTOR_NONE, words);
  tiff(16, SAMPLEFORMAT_INT, COMPRESSION_LZW, PREDICTOR_HORIZONTAL, words);
  tiff(32, SAMPLEFORMAT_UINT, COMPRESSION_PACKBITS, PREDICTOR_NONE,
       std::vector<std::uint32_t>(37 * 21, 1u << 30));
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
    tiff(12, SAMPLEFORMAT_UINT, compression, PREDICTOR_NONE, data);
  }
  // Numbers as they are in the machine, whatever its byte order: they need not mean anything.
  const std::string numbers(reinterpret_cast<const char*>(floats.data()), 4 * floats.size());
  samples.emplace_back("npy", WriteNpyHeader("<f4", {21, 37}) + numbers);
  std::string columns = WriteNpyHeader(">f4", {37, 7, 3});
  columns.replace(columns.find("False"), 5, " True");
  samples.emplace_back("npy by columns", columns + numbers);
  samples.emplace_back("pfm", "Pf\n37 21\n-1.0\n" + numbers);
  return samples;
}

TEST(BrokenImages, EveryCutIsRefused) {
  const TemporaryFolder folder;
  const auto samples = Samples();
  bool quiet = false;
  std::vector<std::string> accepted;
  {
    const CapturedOutput output;
    for (const auto& [name, bytes] : samples) {
      ASSERT_FALSE(Complaint(folder / "whole", bytes)) << name;
      const std::size_t step = bytes.size() > 600 ? 7 : 1;
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        const bool near_an_end = size < 200 || size + 200 > bytes.size();
        if (!near_an_end && size % step != 0) continue;
        if (!Complaint(folder / "cut", bytes.substr(0, size))) {
          accepted.push_back(name + " cut to " + std::to_string(size) + " of " +
                             std::to_string(bytes.size()));
        }
      }
    }
    quiet = output.Empty();
  }
  EXPECT_TRUE(quiet) << "something was printed";
  EXPECT_TRUE(accepted.empty()) << testing::PrintToString(accepted);
}

TEST(BrokenImages, CutShortIsSaid) {
  const TemporaryFolder folder;
  for (const auto& [name, bytes] : Samples()) {
    const auto complaint = Complaint(folder / "cut", bytes.substr(0, bytes.size() * 6 / 10));
    ASSERT_TRUE(complaint) << name;
    // libtiff writes its directory at the end: without it nothing is known of the image.
    if (name != ".tif" && name.substr(0, 4) != "tiff") {
      EXPECT_NE(complaint->find("cut short"), std::string::npos) << name << ": " << *complaint;
    }
  }
}

TEST(BrokenImages, ChangedBytesNeverCrash) {
  const TemporaryFolder folder;
  const auto samples = Samples();
  bool quiet = false;
  {
    const CapturedOutput output;
    std::mt19937 random(11);
    for (const auto& [name, bytes] : samples) {
      for (int round = 0; round < 150; ++round) {
        std::string changed = bytes;
        const int count = 1 + static_cast<int>(random() % 4);
        for (int i = 0; i < count; ++i) {
          // Half of the changes go where headers are.
          const std::size_t within =
              random() % 2 == 0 ? std::min<std::size_t>(bytes.size(), 128) : bytes.size();
          changed[random() % within] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
        }
        Complaint(folder / "changed", changed);
      }
    }
    quiet = output.Empty();
  }
  EXPECT_TRUE(quiet) << "something was printed";
}

// Without a header nothing but the size tells.
TEST(BrokenImages, RawSamplesOfAnotherSize) {
  const TemporaryFolder folder;
  const ReadOptions options = {.raw = RawLayout{7, 5, "y16", 3}};
  const std::string bytes(2 * 7 * 5 + 3, 'x');
  for (std::size_t size = 1; size < 2 * bytes.size(); ++size) {
    std::string changed = bytes;
    changed.resize(size);
    WriteFileAtomically(folder / "a", changed);
    const auto read = [&] { ReadImage(folder / "a", options); };
    if (size == 73 || size == 143) {  // one frame, or two
      EXPECT_NO_THROW(read());
    } else {
      ExpectError(ErrorKind::kInput, "bytes of samples", read);
    }
  }
}

std::string Big(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}

std::string PngChunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  std::uint32_t crc = ~0u;
  for (const char c : body) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return Big(static_cast<std::uint32_t>(data.size())) + body + Big(~crc);
}

// Headers that promise far more pixels than the file has are refused before the memory is taken.
TEST(BrokenImages, HugeClaims) {
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  const CapturedOutput output;
  const auto refused = [&](const std::string& bytes) {
    const auto complaint = Complaint(folder / "huge", bytes);
    EXPECT_TRUE(complaint);
    return complaint.value_or("");
  };
  for (const char interlaced : {'\0', '\1'}) {
    const std::string header =
        Big(1'000'000'000) + Big(1'000'000'000) + "\x10\x02" + std::string(2, '\0') + interlaced;
    const std::string png = "\x89PNG\r\n\x1a\n" + PngChunk("IHDR", header);
    refused(png);
    refused(png + PngChunk("IDAT", "\x78\x9c") + PngChunk("IEND", ""));
  }
  EXPECT_NE(refused("P6 1000000000 1000000000 65535\n123456").find("cut short"), std::string::npos);
  refused("P5 2147483647 2147483647 255\n" + std::string(100, 'x'));
  refused("P2 1000000000 1000000000 255\n1 2 3");

  std::string bmp = "BM" + std::string(52, '\0');
  bmp[10] = 54;
  bmp[14] = 40;
  bmp[28] = 24;
  for (const int at : {18, 22}) bmp[at + 3] = 0x3b;
  EXPECT_NE(refused(bmp + "123").find("cut short"), std::string::npos);

  std::vector<unsigned char> jpeg;
  for (const int progressive : {0, 1}) {
    cv::imencode(".jpg", TestMat(16, 16, 3, 8), jpeg, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    std::string bytes(jpeg.begin(), jpeg.end());
    const std::size_t at = bytes.find(progressive ? "\xff\xc2" : "\xff\xc0");
    ASSERT_NE(at, bytes.npos);
    for (int i = 5; i < 9; ++i) bytes[at + i] = i % 2 ? '\xff' : '\x00';
    refused(bytes);
  }

  for (const int tile : {0, 1 << 14}) {
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
      TIFF* tiff = TIFFOpen((folder / "huge").c_str(), "w");
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, tile == 0 ? 1'000'000'000 : 1 << 24);
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, tile == 0 ? 1000 : tile);
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
      TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
      TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
      if (tile == 0) {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1000);
        TIFFWriteRawStrip(tiff, 0, const_cast<char*>("12345678"), 8);
      } else {
        // One tile of 512 GiB.
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 1 << 24);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
        TIFFWriteRawTile(tiff, 0, const_cast<char*>("12345678"), 8);
      }
      TIFFClose(tiff);
      refused(ReadFile(folder / "huge"));
    }
  }
  EXPECT_TRUE(output.Empty());
  // Measured: 15 ms. To touch what one of them claims takes longer than this.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST(BrokenImages, MoreThanTheMemory) {
  EXPECT_NO_THROW(CheckMemory(1 << 20, "a.png"));
  ExpectError(ErrorKind::kInput, "a.png: the image needs", [] { CheckMemory(~0ull, "a.png"); });
}

std::unique_ptr<RowWriter> CreateImage(const fs::path& path, const ImageShape& shape) {
  return FormatFor(path, shape.type).create(path, shape);
}

TEST(UnwritableImages, NothingIsLeft) {
  const TemporaryFolder folder;
  for (const char* extension : {".png", ".tif", ".jpg", ".bmp", ".pgm", ".npy", ".pfm"}) {
    const cv::Mat image = TestMat(2400, 500, 1, 8);  // enough for 600 floats a row
    ImageShape shape = {600, 500, 1};
    if (extension == std::string(".pfm")) shape.type = SampleType::kFloat;
    const fs::path path = folder / (std::string("a") + extension);
    {
      const auto writer = CreateImage(path, shape);
      for (int y = 0; y < 300; ++y) writer->WriteRow(image.ptr(y));
      // Not finished.
    }
    EXPECT_EQ(folder.Count(), 0) << extension;

    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limit{20'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    ExpectError(ErrorKind::kOutput, path.string() + ": cannot be written: File too large", [&] {
      const auto writer = CreateImage(path, shape);
      for (int y = 0; y < 500; ++y) writer->WriteRow(image.ptr(y));
      writer->Finish();
    });
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(folder.Count(), 0) << extension;

    ExpectError(ErrorKind::kOutput, "create the folder first",
                [&] { CreateImage(folder / "absent" / path.filename().string(), shape); });
  }
  ExpectError(ErrorKind::kOutput, "JPEG", [&] { CreateImage(folder / "a.jpg", {70000, 5, 1}); });
  ExpectError(ErrorKind::kOutput, "too large for a BMP", [&] {
    CreateImage(folder / "a.bmp", {100'000, 100'000, 1});
  });
  ExpectError(ErrorKind::kUsage, "does not hold", [&] {
    CreateImage(folder / "a.bmp", {10, 10, 1, SampleType::kUint16});
  });
  EXPECT_EQ(folder.Count(), 0);
}

TEST(UnwritableImages, DevicesGetTheWholeFileAtOnce) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is absent";
  const TemporaryFolder folder;
  const cv::Mat image = TestMat(60, 50, 3, 8);
  for (const char* extension : {".png", ".tif", ".jpg", ".bmp", ".ppm", ".npy"}) {
    const fs::path link = folder / (std::string("full") + extension);
    fs::create_symlink("/dev/full", link);
    ExpectError(ErrorKind::kOutput, "No space left", [&] {
      const auto writer = CreateImage(link, {60, 50, 3});
      for (int y = 0; y < 50; ++y) writer->WriteRow(image.ptr(y));
      writer->Finish();
    });
  }
}

}  // namespace
}  // namespace auif
