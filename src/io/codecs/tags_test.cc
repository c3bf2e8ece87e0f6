// What tags say of an image: how it lies, which colours it means; and JPEG files with bytes between
// their segments.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <string>
#include <vector>

#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"
#include "io/codecs/exif.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

std::string Big(std::uint32_t value, int bytes = 4) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> 8 * i);
  return text;
}
std::string Reversed(std::string text) { return {text.rbegin(), text.rend()}; }

// EXIF data with one tag before the orientation.
std::string Exif(int orientation, bool little = true) {
  const auto number = [&](std::uint32_t value, int bytes) {
    return little ? Reversed(Big(value, bytes)) : Big(value, bytes);
  };
  return (little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) +  //
         number(256, 2) + number(4, 2) + number(1, 4) + number(77, 4) +          //
         number(274, 2) + number(3, 2) + number(1, 4) +                          //
         number(static_cast<std::uint32_t>(orientation), 2) + "\0\0"s + number(0, 4);
}
std::span<const std::uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Exif, EitherByteOrderAndWhatIsBroken) {
  for (int kind = 1; kind <= 8; ++kind) {
    EXPECT_EQ(ExifOrientation(Bytes(Exif(kind, true))), kind);
    EXPECT_EQ(ExifOrientation(Bytes(Exif(kind, false))), kind);
    EXPECT_EQ(ExifOrientation(Bytes("Exif\0\0"s + Exif(kind))), kind);
  }
  for (int kind : {0, 9, 255}) EXPECT_EQ(ExifOrientation(Bytes(Exif(kind))), 1);
  const std::string good = Exif(6);
  for (std::size_t size = 0; size < 32; ++size) {
    EXPECT_EQ(ExifOrientation(Bytes(good.substr(0, size))), 1) << size;
  }
  std::string far = good;
  far.replace(4, 4, "\xfe\xff\xff\xff");
  EXPECT_EQ(ExifOrientation(Bytes(far)), 1);
  std::string many = good;
  many.replace(8, 2, "\xff\xff");
  EXPECT_EQ(ExifOrientation(Bytes(many)), 6);
  std::string text = good;
  text[24] = 2;  // the type ASCII
  EXPECT_EQ(ExifOrientation(Bytes(text)), 1);
}

std::string Encoded(const char* extension, const cv::Mat& image,
                    const std::vector<int>& options = {}) {
  std::vector<unsigned char> bytes;
  cv::imencode(extension, image, bytes, options);
  return {bytes.begin(), bytes.end()};
}

std::string Segment(int marker, const std::string& data) {
  return "\xff"s + static_cast<char>(marker) + Big(static_cast<std::uint32_t>(data.size() + 2), 2) +
         data;
}
// Behind the start marker.
std::string WithSegment(const std::string& jpeg, const std::string& segment) {
  return jpeg.substr(0, 2) + segment + jpeg.substr(2);
}
std::string WithChunk(const std::string& png, const std::string& type, const std::string& data) {
  constexpr std::size_t kBehindHeader = 8 + 25;
  const std::string body = type + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return png.substr(0, kBehindHeader) + Big(static_cast<std::uint32_t>(data.size())) + body +
         Big(static_cast<std::uint32_t>(crc)) + png.substr(kBehindHeader);
}

struct Read {
  cv::Mat image;  // RGB or grey
  std::vector<std::string> notes;
  bool streams = false;
};

class TagsTest : public testing::Test {
 protected:
  fs::path Write(const std::string& bytes) {
    const fs::path path = folder_ / "a";
    fs::remove(path);
    WriteFileAtomically(path, bytes);
    return path;
  }
  static Read ReadPath(const fs::path& path) {
    const auto reader = OpenImage(path);
    const ImageShape shape = reader->shape();
    Read read;
    read.streams = reader->streams();
    std::vector<std::uint8_t> row(shape.RowBytes());
    for (int y = 0; y < shape.height; ++y) {
      reader->ReadRow(row.data());
      const int depth = shape.type == SampleType::kUint8 ? CV_8U : CV_16U;
      read.image.push_back(
          cv::Mat(1, shape.width, CV_MAKETYPE(depth, shape.channels), row.data()).clone());
    }
    read.notes = reader->notes();
    return read;
  }
  Read ReadBytes(const std::string& bytes) { return ReadPath(Write(bytes)); }

  TemporaryFolder folder_;
};

// What the image of a file that lies so is, upright.
cv::Mat Turned(const cv::Mat& stored, int kind) {
  cv::Mat out = stored.clone();
  if (kind == 2 || kind == 3) cv::flip(stored, out, kind == 2 ? 1 : -1);
  if (kind == 4) cv::flip(stored, out, 0);
  if (kind == 5) cv::transpose(stored, out);
  if (kind == 6) cv::rotate(stored, out, cv::ROTATE_90_CLOCKWISE);
  if (kind == 7) {
    cv::rotate(stored, out, cv::ROTATE_180);
    cv::transpose(out.clone(), out);
  }
  if (kind == 8) cv::rotate(stored, out, cv::ROTATE_90_COUNTERCLOCKWISE);
  return out;
}

void ExpectSame(const cv::Mat& a, const cv::Mat& b, const std::string& what) {
  ASSERT_EQ(a.type(), b.type()) << what;
  ASSERT_EQ(a.size(), b.size()) << what;
  EXPECT_EQ(cv::norm(a, b, cv::NORM_INF), 0) << what;
}

TEST_F(TagsTest, EveryOrientationIsTurnedUpright) {
  const std::vector<std::string> turned = {"is turned upright, as its orientation tag says"};
  for (const int channels : {1, 3}) {
    for (const int bits : {8, 16}) {
      const cv::Mat image = TestMat(23, 14, channels, bits);
      const std::string png = Encoded(".png", image), jpeg = Encoded(".jpg", image);
      const cv::Mat plain = ReadBytes(png).image;
      const cv::Mat lossy = bits == 8 ? ReadBytes(jpeg).image : cv::Mat();
      for (int kind = 1; kind <= 8; ++kind) {
        const std::string what =
            std::to_string(kind) + ", " + std::to_string(channels) + " x " + std::to_string(bits);
        const auto expect = [&](const Read& read, const cv::Mat& stored) {
          ExpectSame(read.image, Turned(stored, kind), what);
          EXPECT_EQ(read.notes, kind == 1 ? std::vector<std::string>() : turned) << what;
          EXPECT_EQ(read.streams, kind <= 2) << what;
        };
        expect(ReadBytes(WithChunk(png, "eXIf", Exif(kind))), plain);
        TIFF* tiff = TIFFOpen((folder_ / "a.tif").c_str(), "w");
        for (const auto& [tag, value] : std::vector<std::pair<std::uint32_t, int>>{
                 {TIFFTAG_IMAGEWIDTH, image.cols},
                 {TIFFTAG_IMAGELENGTH, image.rows},
                 {TIFFTAG_BITSPERSAMPLE, bits},
                 {TIFFTAG_SAMPLESPERPIXEL, channels},
                 {TIFFTAG_PHOTOMETRIC, channels == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB},
                 {TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG},
                 {TIFFTAG_ROWSPERSTRIP, 4},
                 {TIFFTAG_ORIENTATION, kind}}) {
          TIFFSetField(tiff, tag, value);
        }
        for (int y = 0; y < image.rows; ++y) {
          TIFFWriteScanline(tiff, plain.clone().ptr(y), static_cast<std::uint32_t>(y), 0);
        }
        TIFFClose(tiff);
        expect(ReadPath(folder_ / "a.tif"), plain);
        if (bits == 16) continue;
        const std::string tagged =
            WithSegment(jpeg, Segment(0xe1, "Exif\0\0"s + Exif(kind, false)));
        expect(ReadBytes(tagged), lossy);
        // As others read it.
        cv::Mat other = cv::imread(Write(tagged).string(),
                                   channels == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
        if (channels == 3) cv::cvtColor(other, other, cv::COLOR_BGR2RGB);
        ExpectSame(ReadBytes(tagged).image, other, what);
      }
    }
  }
}

TEST_F(TagsTest, ATurnedImageIsRefusedWhereItIsCut) {
  const std::string jpeg =
      WithSegment(Encoded(".jpg", TestMat(60, 40, 3, 8)), Segment(0xe1, "Exif\0\0"s + Exif(8)));
  ExpectError(ErrorKind::kInput, "cut short",
              [&] { ReadBytes(jpeg.substr(0, jpeg.size() * 2 / 3)); });
}

struct ProfileOptions {
  std::string space = "RGB ", description = {};
  std::vector<double> primaries = {};  // 9 of them
  double gamma = 0;
  bool version4 = false;
};
std::string Fixed(double value) {
  return Big(static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(value * 65536))));
}
std::string Profile(const ProfileOptions& o) {
  std::vector<std::pair<std::string, std::string>> tags;
  std::string text = "desc"s + Big(0) + Big(static_cast<std::uint32_t>(o.description.size() + 1)) +
                     o.description + std::string(1 + 12 + 67, '\0');
  if (o.version4) {
    std::string wide;
    for (const char c : o.description) wide += "\0"s + c;
    text = "mluc"s + Big(0) + Big(1) + Big(12) + "enUS" +
           Big(static_cast<std::uint32_t>(wide.size())) + Big(28) + wide;
  }
  tags.emplace_back("desc", text);
  const auto curve =
      "curv"s + Big(0) + Big(1) + Big(static_cast<std::uint32_t>(std::lround(o.gamma * 256)), 2);
  for (std::size_t i = 0; i < o.primaries.size() / 3; ++i) {
    const std::string name(1, "rgb"[i]);
    const double* xyz = &o.primaries[3 * i];
    tags.emplace_back(name + "XYZ",
                      "XYZ " + Big(0) + Fixed(xyz[0]) + Fixed(xyz[1]) + Fixed(xyz[2]));
    tags.emplace_back(name + "TRC", curve);
  }
  std::string table = Big(static_cast<std::uint32_t>(tags.size())), data;
  for (auto& [name, bytes] : tags) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    table += name + Big(static_cast<std::uint32_t>(132 + 12 * tags.size() + data.size())) +
             Big(static_cast<std::uint32_t>(bytes.size()));
    data += bytes;
  }
  const std::string header = "    "s + (o.version4 ? Big(0x04200000) : Big(0x02100000)) + "mntr" +
                             o.space + "XYZ " + std::string(12, '\0') + "acsp" +
                             std::string(28, '\0') + Fixed(0.9642) + Fixed(1) + Fixed(0.8249) +
                             std::string(48, '\0');
  return Big(static_cast<std::uint32_t>(128 + table.size() + data.size())) + header + table + data;
}
const std::vector<double> kSrgb = {0.4361, 0.2225, 0.0139, 0.3851, 0.7169,
                                   0.0971, 0.1431, 0.0606, 0.7141};
const std::vector<double> kAdobe = {0.6097, 0.3111, 0.0195, 0.2053, 0.6257,
                                    0.0609, 0.1492, 0.0632, 0.7446};

TEST(ColourProfile, IsNotedWhereItIsNotSrgb) {
  const std::string adobe = "its colour profile 'Adobe RGB (1998)' is not applied";
  const auto note = [](const ProfileOptions& options) {
    return ProfileNote(Bytes(Profile(options)));
  };
  for (const bool version4 : {false, true}) {
    EXPECT_EQ(note({"RGB ", "Adobe RGB (1998)", kAdobe, 2.2, version4}), adobe);
    EXPECT_EQ(note({"RGB ", "c2", kSrgb, 2.2, version4}), "");
    EXPECT_EQ(note({"RGB ", "linear sRGB", kSrgb, 1, version4}),
              "its colour profile 'linear sRGB' is not applied");
    EXPECT_EQ(note({"RGB ", "sRGB IEC61966-2.1", {}, 0, version4}), "");
    EXPECT_EQ(note({"RGB ", "Display P3", {}, 0, version4}),
              "its colour profile 'Display P3' is not applied");
    EXPECT_EQ(note({"GRAY", "Dot Gain 20%", {}, 0, version4}), "");
  }
  EXPECT_EQ(note({}), "its colour profile is not applied");
  EXPECT_EQ(note({"RGB ", "two\nlines\x1b[31m"}).find('\n'), std::string::npos);
  // Whatever is broken, nothing but memory of the profile is read; the sanitizer would see it.
  std::mt19937 random(7);
  for (const bool version4 : {false, true}) {
    const std::string good = Profile({"RGB ", "Adobe RGB (1998)", kAdobe, 2.2, version4});
    for (std::size_t size = 0; size < good.size(); ++size) {
      const std::string note_of_cut = ProfileNote(Bytes(good.substr(0, size)));
      EXPECT_EQ(note_of_cut.empty(), size < 132) << size;
    }
    for (int round = 0; round < 2000; ++round) {
      std::string changed = good;
      for (int i = 0; i < 4; ++i) changed[random() % changed.size()] = static_cast<char>(random());
      EXPECT_EQ(ProfileNote(Bytes(changed)).find('\n'), std::string::npos);
    }
  }
}

TEST_F(TagsTest, ProfilesOfEveryFormatAreNoted) {
  const std::vector<std::string> expected = {
      "its colour profile 'Adobe RGB (1998)' is not applied"};
  const std::string adobe = Profile({"RGB ", "Adobe RGB (1998)", kAdobe, 2.2}),
                    srgb = Profile({"RGB ", "sRGB", kSrgb, 2.2});
  const cv::Mat image = TestMat(23, 14, 3, 8);
  const std::string png = Encoded(".png", image), jpeg = Encoded(".jpg", image);
  const auto packed = [](const std::string& profile) {
    std::string out(compressBound(profile.size()), '\0');
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(profile.data()), profile.size());
    return "name\0\0"s + out.substr(0, size);
  };
  EXPECT_EQ(ReadBytes(WithChunk(png, "iCCP", packed(adobe))).notes, expected);
  EXPECT_TRUE(ReadBytes(WithChunk(png, "iCCP", packed(srgb))).notes.empty());
  // In two parts.
  const std::string name = "ICC_PROFILE\0"s;
  const auto parts = [&](const std::string& profile) {
    return Segment(0xe2, name + "\1\2" + profile.substr(0, 150)) +
           Segment(0xe2, name + "\2\2" + profile.substr(150));
  };
  EXPECT_EQ(ReadBytes(WithSegment(jpeg, parts(adobe))).notes, expected);
  EXPECT_TRUE(ReadBytes(WithSegment(jpeg, parts(srgb))).notes.empty());
  for (const std::string& profile : {adobe, srgb}) {
    TIFF* tiff = TIFFOpen((folder_ / "a.tif").c_str(), "w");
    for (const auto& [tag, value] :
         std::vector<std::pair<std::uint32_t, int>>{{TIFFTAG_IMAGEWIDTH, 2},
                                                    {TIFFTAG_IMAGELENGTH, 1},
                                                    {TIFFTAG_BITSPERSAMPLE, 8},
                                                    {TIFFTAG_SAMPLESPERPIXEL, 3},
                                                    {TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB},
                                                    {TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG}}) {
      TIFFSetField(tiff, tag, value);
    }
    TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(profile.size()),
                 profile.data());
    std::uint8_t row[6] = {1, 2, 3, 4, 5, 6};
    TIFFWriteScanline(tiff, row, 0, 0);
    TIFFClose(tiff);
    EXPECT_EQ(ReadPath(folder_ / "a.tif").notes,
              profile == adobe ? expected : std::vector<std::string>());
  }
}

TEST_F(TagsTest, GammaIsNotedWhereItIsNotSrgbs) {
  const std::string png = Encoded(".png", TestMat(23, 14, 1, 8));
  const auto notes = [&](std::uint32_t gamma) {
    return ReadBytes(WithChunk(png, "gAMA", Big(gamma))).notes;
  };
  EXPECT_TRUE(notes(45455).empty());
  EXPECT_TRUE(notes(45000).empty());
  EXPECT_EQ(notes(100'000), std::vector<std::string>{"its gamma of 1 is not applied"});
  EXPECT_EQ(notes(55556), std::vector<std::string>{"its gamma of 0.55556 is not applied"});
  EXPECT_TRUE(
      ReadBytes(WithChunk(WithChunk(png, "gAMA", Big(100'000)), "sRGB", "\1")).notes.empty());
}

TEST_F(TagsTest, StrayBytesBetweenSegmentsOfAJpegAreNoted) {
  const std::vector<std::string> expected = {"has stray bytes between its segments"};
  const cv::Mat image = TestMat(64, 48, 3, 8);
  for (const int progressive : {0, 1}) {
    const std::string jpeg = Encoded(".jpg", image, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    const cv::Mat plain = ReadBytes(jpeg).image;
    int places = 0;
    std::size_t at = 2;
    for (; jpeg.at(at + 1) != '\xda'; ++places) {
      const std::string stray = jpeg.substr(0, at) + "\x01stray\x02" + jpeg.substr(at);
      const Read read = ReadBytes(stray);
      ExpectSame(read.image, plain, std::to_string(at));
      EXPECT_EQ(read.notes, expected);
      at += 2 + static_cast<unsigned char>(jpeg[at + 2]) * 256 +
            static_cast<unsigned char>(jpeg[at + 3]);
    }
    EXPECT_GE(places, 4);
    // Padding before the end marker, also where it is longer than a buffer.
    for (const std::size_t count : {1u, 20u, 70'000u, 65'536u}) {
      const std::string end = jpeg.substr(jpeg.size() - 2);
      ASSERT_EQ(end, "\xff\xd9");
      const std::string padded = jpeg.substr(0, jpeg.size() - 2) + std::string(count, '\0') + end;
      const Read read = ReadBytes(padded);
      ExpectSame(read.image, plain, "padded");
      if (count > 16) {
        EXPECT_EQ(read.notes, expected) << count;
      }
    }
    // Anything else there may be pixels.
    const std::string more = jpeg.substr(0, jpeg.size() - 2) + std::string(40, '\x55') + "\xff\xd9";
    ExpectError(ErrorKind::kInput, "extraneous", [&] { ReadBytes(more); });
    std::string last = jpeg.substr(0, jpeg.size() - 2) + std::string(40, '\0') + "\x01\xff\xd9";
    ExpectError(ErrorKind::kInput, "extraneous", [&] { ReadBytes(last); });
  }
}

TEST_F(TagsTest, StrayBytesInsideOfAJpegsDataAreRefused) {
  const std::string jpeg =
      Encoded(".jpg", TestMat(64, 48, 3, 8), {cv::IMWRITE_JPEG_RST_INTERVAL, 3});
  EXPECT_TRUE(ReadBytes(jpeg).notes.empty());
  const std::size_t restart = jpeg.find("\xff\xd1");
  ASSERT_NE(restart, jpeg.npos);
  for (const char stray : {'\x55', '\0'}) {
    ExpectError(ErrorKind::kInput, "extraneous", [&] {
      ReadBytes(jpeg.substr(0, restart) + std::string(40, stray) + jpeg.substr(restart));
    });
  }
  // Between two scans.
  const std::string scans =
      Encoded(".jpg", TestMat(64, 48, 3, 8), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  const std::size_t second = scans.find("\xff\xc4", scans.find("\xff\xda"));
  ASSERT_NE(second, scans.npos);
  ExpectError(ErrorKind::kInput, "extraneous", [&] {
    ReadBytes(scans.substr(0, second) + std::string(40, '\x55') + scans.substr(second));
  });
}

}  // namespace
}  // namespace auif
