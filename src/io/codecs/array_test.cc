// .npy, PFM and raw samples: what is made here byte by byte is read, and what is written holds it.
#include "io/codecs/array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "io/codecs/read_test_util.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

template <typename T>
std::string Bytes(const std::vector<T>& values, bool big_endian) {
  std::string bytes;
  for (const T value : values) {
    char one[sizeof(T)];
    std::memcpy(one, &value, sizeof(T));
    if (big_endian == (std::endian::native == std::endian::little))
      std::reverse(one, one + sizeof(T));
    bytes.append(one, sizeof(T));
  }
  return bytes;
}

std::string Npy(const std::string& descr, const std::string& shape, const std::string& data,
                bool fortran = false) {
  const std::string dict = "{'descr': '" + descr +
                           "', 'fortran_order': " + (fortran ? "True" : "False") +
                           ", 'shape': " + shape + ", }\n";
  return std::string("\x93NUMPY\x01") + '\0' + static_cast<char>(dict.size()) + '\0' + dict + data;
}

Read ReadBytes(const std::string& bytes, const ReadOptions& options = {}) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "a", bytes);
  return ReadWhole(folder / "a", options);
}

void ExpectRefused(const std::string& bytes, const std::string& part,
                   const ReadOptions& options = {}, ErrorKind kind = ErrorKind::kInput) {
  ExpectError(kind, part, [&] { ReadBytes(bytes, options); });
}

// Of 2 rows and 3 columns.
template <typename T>
void CheckNpyType(const std::string& descr, SampleType type, const std::vector<T>& values) {
  const std::vector<float> expected(values.begin(), values.end());
  // The same columns after one another.
  const std::vector<T> columns = {values[0], values[3], values[1], values[4], values[2], values[5]};
  for (const bool big : {false, true}) {
    const std::string name = (sizeof(T) == 1 ? "|" : big ? ">" : "<") + descr;
    const Read rows = ReadBytes(Npy(name, "(2, 3)", Bytes(values, big)));
    EXPECT_EQ(rows.shape.width, 3) << name;
    EXPECT_EQ(rows.shape.height, 2);
    EXPECT_EQ(rows.shape.channels, 1);
    EXPECT_EQ(rows.shape.type, type) << name;
    EXPECT_EQ(rows.range, FullRange(type));
    EXPECT_EQ(rows.values, expected) << name;
    EXPECT_EQ(ReadBytes(Npy(name, "(2, 3)", Bytes(columns, big), true)).values, expected) << name;
    EXPECT_EQ(ReadBytes(Npy(name, "(2, 3, 1)", Bytes(values, big))).values, expected) << name;
  }
}

TEST(Npy, NumberTypesAndOrders) {
  CheckNpyType<std::uint8_t>("u1", SampleType::kUint8, {0, 1, 127, 128, 200, 255});
  CheckNpyType<std::int8_t>("i1", SampleType::kFloat, {0, -1, 127, -128, 5, -6});
  CheckNpyType<std::uint16_t>("u2", SampleType::kUint16, {0, 1, 256, 29000, 51241, 65535});
  CheckNpyType<std::int16_t>("i2", SampleType::kFloat, {0, -1, 256, -32768, 32767, 7});
  CheckNpyType<std::uint32_t>("u4", SampleType::kFloat, {0, 1, 65536, 1u << 31, 3u << 30, 7});
  CheckNpyType<std::int32_t>("i4", SampleType::kFloat, {0, -1, 65536, -(1 << 30), 1 << 24, 7});
  CheckNpyType<std::int64_t>("i8", SampleType::kFloat, {0, -1, 1ll << 40, -(1ll << 40), 3, 7});
  CheckNpyType<float>("f4", SampleType::kFloat, {0, -1.5f, 36.6f, HUGE_VALF, -273.15f, 1e-30f});
  CheckNpyType<double>("f8", SampleType::kFloat, {0, -1.5, 36.6, HUGE_VAL, -273.15, 1e-3});
  const std::vector<std::uint16_t> half = {0x3c00, 0xc000, 0x7bff, 0x0001, 0xfc00, 0x3555};
  const std::vector<float> values = {1, -2, 65504, std::ldexp(1.0f, -24), -HUGE_VALF, 0.333251953f};
  EXPECT_EQ(ReadBytes(Npy("<f2", "(2, 3)", Bytes(half, false))).values, values);
  EXPECT_EQ(ReadBytes(Npy(">f2", "(2, 3)", Bytes(half, true))).values, values);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(ReadBytes(Npy("<f4", "(1, 1)", Bytes<float>({nan}, false))).values[0]));
}

TEST(Npy, Colours) {
  // Number 10 y + x in channel c has 100 c more.
  std::vector<std::uint8_t> rows, columns;
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 4; ++x) {
      for (int c = 0; c < 3; ++c) rows.push_back(static_cast<std::uint8_t>(10 * y + x + 80 * c));
    }
  }
  for (int c = 0; c < 3; ++c) {
    for (int x = 0; x < 4; ++x) {
      for (int y = 0; y < 5; ++y) columns.push_back(static_cast<std::uint8_t>(10 * y + x + 80 * c));
    }
  }
  const std::vector<float> expected(rows.begin(), rows.end());
  const Read read = ReadBytes(Npy("|u1", "(5, 4, 3)", Bytes(rows, false)));
  EXPECT_EQ(read.shape.channels, 3);
  EXPECT_EQ(read.values, expected);
  EXPECT_EQ(ReadBytes(Npy("|u1", "(5, 4, 3)", Bytes(columns, false), true)).values, expected);
}

// Columns are read in bands of rows.
TEST(Npy, ManyColumnsInBands) {
  const int width = 1100, height = 1201;  // 5 MB: two bands
  std::vector<std::uint32_t> columns;
  for (int x = 0; x < width; ++x) {
    for (int y = 0; y < height; ++y) columns.push_back(static_cast<std::uint32_t>(2000 * y + x));
  }
  const Read read = ReadBytes(Npy("<u4", "(1201, 1100)", Bytes(columns, false), true));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      ASSERT_EQ(read.values[static_cast<std::size_t>(y) * width + x], 2000 * y + x);
    }
  }
}

TEST(Npy, WhatIsNoImage) {
  const std::string six = "123456";
  EXPECT_NO_THROW(ReadBytes(Npy("|u1", "(2, 3)", six)));
  ExpectRefused(Npy("|b1", "(2, 3)", six), "NumPy's type |b1 are not read");
  ExpectRefused(Npy("<c8", "(2, 3)", six), "astype");
  ExpectRefused(Npy("u1", "(2, 3)", six), "NumPy's type");
  ExpectRefused(Npy("", "(2, 3)", six), "NumPy's type");
  ExpectRefused(Npy("|u1", "(6,)", six), "an array of shape (6) is no image");
  ExpectRefused(Npy("|u1", "(3, 2, 1, 1)", six), "(height, width, 3)");
  ExpectRefused(Npy("|u1", "(1, 3, 2)", six), "no image");
  ExpectRefused(Npy("|u1", "(0, 3)", six), "no pixels");
  ExpectRefused(Npy("|u1", "(2, 4)", six), "cut short");
  ExpectRefused(Npy("|u1", "(2147483647, 2147483647, 3)", six), "cut short");
  ExpectRefused(Npy("<f8", "(2147483647, 2147483647, 3)", six, true), "cut short");
  ExpectRefused(Npy("|u1", "(2147483648, 1)", six), "no image");
  ExpectRefused(Npy("|u1", "(2, -3)", six), "header is broken");
  ExpectRefused(Npy("|u1", "(2, 3)", six), "has 1 page, there is no page 2", {.page = 2});
  ExpectRefused(Npy("|u1", "(2, 3)", six), "no fourth channel", {.channels = Channels::kFourth});
}

TEST(Pfm, BothByteOrdersFromTheBottomUp) {
  // Rows as they are shown: 1 2 3 above 4 5 6.
  const std::vector<float> stored = {4, 5, 6, 1, 2, 3}, shown = {1, 2, 3, 4, 5, 6};
  for (const bool big : {false, true}) {
    const std::string scale = big ? "1.0" : "-1.0";
    EXPECT_EQ(ReadBytes("Pf\n3 2\n" + scale + "\n" + Bytes(stored, big)).values, shown);
    EXPECT_EQ(ReadBytes("Pf 3\n2\t" + scale + "\n" + Bytes(stored, big) + "more").values, shown);
    const Read colour = ReadBytes("PF\n1 2\n" + scale + "\n" + Bytes(stored, big));
    EXPECT_EQ(colour.shape.channels, 3);
    EXPECT_EQ(colour.range, (Range{0, 1}));
    EXPECT_EQ(colour.values, shown);
  }
  const std::string data = Bytes(stored, false);
  for (const char* header :
       {"Pf\n3 2\n0\n", "Pf\n3 2\nnan\n", "Pf\n3 2\ninf\n", "Pf\n3 2\nx\n", "Pf\n-3 2\n-1\n",
        "Pf\n3 0\n-1\n", "Pf\n99999999999 2\n-1\n", "Pfx\n3 2\n-1\n", "Pf\n3.5 2\n-1\n"}) {
    ExpectRefused(header + data, "");
  }
  ExpectRefused("Pf\n3 2\n-1\n" + data.substr(1), "cut short");
  ExpectRefused("PF\n2147483647 2147483647\n-1\n" + data, "cut short");
  ExpectRefused("Pf\n3 2", "cut short");
  ExpectRefused("Pf\n" + std::string(300, '3') + " 2\n", "broken");
}

TEST(RawSamples, Formats) {
  const auto read = [](const std::string& layout, const std::string& bytes, int page = 1) {
    return ReadBytes(bytes, {.page = page, .raw = ParseRawLayout(layout, "--raw")});
  };
  const std::vector<std::uint16_t> words = {0, 1, 255, 256, 1000, 1023};
  const std::vector<float> values(words.begin(), words.end());
  for (const bool big : {false, true}) {
    for (const int bits : {10, 12, 14, 16}) {
      const std::string format = "3x2:y" + std::to_string(bits) + (big ? "be" : "");
      const Read samples = read(format, Bytes(words, big));
      EXPECT_EQ(samples.shape.type, SampleType::kUint16);
      EXPECT_EQ(samples.range, (Range{0, std::ldexp(1.0, bits) - 1})) << format;
      EXPECT_EQ(samples.values, values) << format;
      EXPECT_TRUE(samples.notes.empty());
      EXPECT_EQ(read(format + ":5", "12345" + Bytes(words, big)).values, values) << format;
    }
  }
  EXPECT_EQ(read("3X2", Bytes(words, false)).values, values) << "y16";
  EXPECT_EQ(read("3x2:Y8", std::string("\x01\x02\x03\x04\x05\xff")).values,
            (std::vector<float>{1, 2, 3, 4, 5, 255}));
  const std::vector<float> floats = {-1, 2.5, 36.6f, 0, 1, 2};
  EXPECT_EQ(read("3x2:float32", Bytes(floats, false)).values, floats);
  EXPECT_EQ(read("3x2:float32be", Bytes(floats, true)).values, floats);
  EXPECT_EQ(read("1x2:rgb24", "abcdef").values, (std::vector<float>{'a', 'b', 'c', 'd', 'e', 'f'}));
  EXPECT_EQ(read("1x2:bgr24", "abcdef").values, (std::vector<float>{'c', 'b', 'a', 'f', 'e', 'd'}));
  const Read above = read("3x2:y10", Bytes<std::uint16_t>({0, 1, 2, 3, 1024, 4}, false));
  ASSERT_EQ(above.notes.size(), 1u);
  EXPECT_EQ(above.notes[0].find("has values of more than 10 bits"), 0u);

  // Frames one after the other.
  const Read second = read("1x2:y8:1", "-abcdef", 2);
  EXPECT_EQ(second.values, (std::vector<float>{'c', 'd'}));
  ASSERT_EQ(second.notes.size(), 1u);
  EXPECT_EQ(second.notes[0], "has 3 frames, of which number 2 is read (--page N reads another)");
}

TEST(RawSamples, SizesThatDoNotFit) {
  const auto refuse = [](const std::string& layout, const std::string& bytes,
                         const std::string& part) {
    ExpectRefused(bytes, part, {.raw = ParseRawLayout(layout, "--raw")});
  };
  refuse("3x2:y16", "123456789", "has 9 bytes of samples, but 3x2 of y16 needs 12");
  refuse("3x2:y16", "123456", "they would be 3x2:y8");
  refuse("3x2:y8", "123456789", "or several frames of it need a multiple of 6");
  refuse("3x2:y8:4", "123456789", "has 5 bytes of samples after 4, but 3x2 of y8 needs 6");
  refuse("3x2:y8:18446744073709551615", "123456", "has 0 bytes of samples after");
  refuse("1000000x1000000:float32", "123456", "needs 4000000000000");
  ExpectRefused("123456", "has 1 frame, there is no frame 2",
                {.page = 2, .raw = ParseRawLayout("3x2:y8", "--raw")});
  ExpectRefused("123456", "there is no frame 0",
                {.page = 0, .raw = ParseRawLayout("3x2:y8", "--raw")});
  ExpectRefused("1234", "raw samples have a size", {.raw = RawLayout{0, 4, "y8", 0}},
                ErrorKind::kUsage);
  ExpectRefused("1234", "there is no format 'y9'", {.raw = RawLayout{2, 2, "y9", 0}},
                ErrorKind::kUsage);
  for (const char* text : {"", "3", "3x", "x2", "3x2:", "3x2:y16:", "3x2:y16:1:2", "3x2y16", "-3x2",
                           "3x2:y16:-1", "3x0", "3x2:y17", "9999999999x2", "3x2:y16:1k"}) {
    ExpectError(ErrorKind::kUsage, "--raw", [&] { ParseRawLayout(text, "--raw"); });
  }
  // Without a layout.
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "a.y16", "123456");
  ExpectError(ErrorKind::kInput, "--raw", [&] { OpenImage(folder / "a.y16"); });
}

TEST(RawSamples, AreListedWhereTheyAreMeant) {
  const TemporaryFolder folder;
  for (const char* name : {"a_ir.raw", "b_ir.bin", "c_ir.y8", "d_ir.Y14", "e_ir.y16", "f_ir.txt",
                           "a_vis.png", "b_vis.png", "c_vis.png", "d_vis.png", "e_vis.png"}) {
    WriteFileAtomically(folder / name, "");
  }
  EXPECT_EQ(ListImages(folder.path()).size(), 5u);
  PairRules rules;
  rules.raw = true;
  EXPECT_EQ(FindPairs(folder.path(), rules).pairs.size(), 5u);
}

TEST(WrittenArrays, HoldWhatTheyWereGiven) {
  const TemporaryFolder folder;
  const int width = 5, height = 3;
  for (const char* extension : {".npy", ".pfm", ".tif"}) {
    for (const int channels : {1, 3}) {
      const fs::path path = folder / (std::string("a") + extension);
      const ImageShape shape = {width, height, channels, SampleType::kFloat};
      std::vector<float> values;
      for (std::size_t i = 0; i < shape.RowValues() * height; ++i) {
        values.push_back(static_cast<float>(i) * 1.7f - 20);
      }
      values[3] = HUGE_VALF;
      const auto writer = FormatFor(path, shape.type).create(path, shape);
      for (int y = 0; y < height; ++y) {
        writer->WriteRow(values.data() + static_cast<std::size_t>(y) * shape.RowValues());
      }
      writer->Finish();
      const std::string bytes = ReadFile(path);
      const Read read = ReadBytes(bytes);
      EXPECT_EQ(read.shape.type, SampleType::kFloat);
      EXPECT_EQ(read.values, values) << extension;
      if (extension == std::string(".tif") || std::endian::native == std::endian::big) continue;
      // The formats' own words for it.
      std::string start = "PF\n5 3\n-1.0\n", end;
      if (extension == std::string(".npy")) {
        const std::string dict =
            std::string("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5") +
            (channels == 1 ? "" : ", 3") + "), }";
        start = std::string("\x93NUMPY\x01") + '\0' + 'v' + '\0' + dict;
        EXPECT_EQ(bytes.size(), 128 + 4 * values.size());
        EXPECT_EQ(bytes[127], '\n');
        end = Bytes(values, false);
      } else {
        if (channels == 1) start[1] = 'f';
        const auto row = static_cast<std::ptrdiff_t>(shape.RowValues());
        end = Bytes<float>({values.begin(), values.begin() + row}, false);
      }
      EXPECT_TRUE(bytes.starts_with(start));
      EXPECT_TRUE(bytes.ends_with(end));
    }
  }
}

TEST(WrittenArrays, Types) {
  for (const SampleType type : {SampleType::kUint8, SampleType::kUint16, SampleType::kFloat}) {
    EXPECT_NO_THROW(CheckImageFormat("a.npy", type));
    EXPECT_NO_THROW(CheckImageFormat("a.tif", type));
  }
  EXPECT_NO_THROW(CheckImageFormat("a.pfm", SampleType::kFloat));
  ExpectError(ErrorKind::kUsage, "does not hold 8-bit samples (it holds floats alone: --bits 32f)",
              [] { CheckImageFormat("a.pfm", SampleType::kUint8); });
  const TemporaryFolder folder;
  Plane<std::uint16_t> plane(3, 2);
  plane.View().Row(1)[2] = 51241;
  WriteImage(folder / "a.npy", Image(std::move(plane)));
  const Image read = ReadImage(folder / "a.npy");
  EXPECT_EQ(read.type(), SampleType::kUint16);
  EXPECT_EQ(read.View<std::uint16_t>().Row(1)[2], 51241);
}

}  // namespace
}  // namespace auif
