// Radiometric JPEG files, written from the published structure for tests of its reader.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auif/radiometric.h"
#include "tests/image_files.h"

namespace auif {

enum class RawForm { kPng, kPlain, kJpegLs };

struct RadiometricOptions {
  bool big = true;  // byte order of the container and its records
  RawForm form = RawForm::kPng;
  std::size_t part = 60000;             // bytes of data a segment
  std::string visible_format = ".png";  // of the embedded image, which .png holds as YCbCr
  ThermalCamera camera = {"Test cam", 13559.1220703125,   1368.1,   1,
                          -5202,      0.0103647718206048, 0.006569, 0.01262,
                          -0.002276,  -0.00667,           1.9,      {}};
  VisibleAlignment alignment = {1.7, 2, -10, 36, 142, 36, 142};
  bool with_camera = true, with_alignment = true;
  cv::Size screen = {48, 36};
};

class RecordBytes {
 public:
  RecordBytes(std::size_t size, bool big) : bytes(size, '\0'), big_(big) {}
  RecordBytes& U(std::size_t at, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      bytes[big_ ? at + count - 1 - i : at + i] = static_cast<char>(value >> (8 * i));
    }
    return *this;
  }
  RecordBytes& F(std::size_t at, double value) {
    return U(at, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4);
  }
  std::string bytes;

 private:
  bool big_;
};

inline std::string Encoded(const cv::Mat& image, const std::string& extension) {
  std::vector<unsigned char> bytes;
  cv::imencode(extension, image, bytes);
  return {bytes.begin(), bytes.end()};
}

// The head of a record that holds an image, and the image.
inline std::string ImageRecord(int kind, const cv::Mat& image, const std::string& data, bool big) {
  return RecordBytes(32, big)
             .U(0, static_cast<std::uint32_t>(kind), 2)
             .U(2, static_cast<std::uint32_t>(image.cols), 2)
             .U(4, static_cast<std::uint32_t>(image.rows), 2)
             .bytes +
         data;
}

inline std::string RawRecord(const cv::Mat& raw, const RadiometricOptions& o) {
  if (o.form == RawForm::kJpegLs) return ImageRecord(2, raw, "\xff\xd8\xff\xf7 and more", o.big);
  if (o.form == RawForm::kPlain) {
    RecordBytes data(2 * raw.total(), o.big);
    for (std::size_t i = 0; i < raw.total(); ++i) data.U(2 * i, raw.ptr<std::uint16_t>(0)[i], 2);
    return ImageRecord(2, raw, data.bytes, o.big);
  }
  cv::Mat swapped = raw.clone();
  for (int y = 0; y < raw.rows; ++y) {
    for (int x = 0; x < raw.cols; ++x) {
      const unsigned v = raw.at<std::uint16_t>(y, x);
      swapped.at<std::uint16_t>(y, x) = static_cast<std::uint16_t>(v << 8 | v >> 8);
    }
  }
  return ImageRecord(2, raw, Encoded(swapped, ".png"), o.big);
}

inline std::string CameraRecord(const ThermalCamera& c, bool big) {
  RecordBytes r(0x400, big);
  const ThermalConditions& t = c.conditions;
  r.U(0, 2, 2).F(0x20, t.emissivity).F(0x24, t.distance).F(0x28, t.reflected);
  r.F(0x2C, t.atmosphere).F(0x30, t.window).F(0x34, t.window_transmission).F(0x3C, t.humidity);
  r.F(0x58, c.r1).F(0x5C, c.b).F(0x60, c.f);
  r.F(0x70, c.alpha1).F(0x74, c.alpha2).F(0x78, c.beta1).F(0x7C, c.beta2).F(0x80, c.x);
  r.U(0x308, static_cast<std::uint32_t>(static_cast<std::int32_t>(c.o)), 4).F(0x30C, c.r2);
  std::memcpy(r.bytes.data() + 0xD4, c.model.data(), c.model.size());
  return r.bytes;
}

inline std::string AlignmentRecord(const VisibleAlignment& a) {
  RecordBytes r(32, false);
  r.F(0, a.scale);
  std::size_t at = 4;
  for (const int v : {a.offset_x, a.offset_y, a.left, a.right, a.top, a.bottom}) {
    r.U(at, static_cast<std::uint32_t>(v), 2);
    at += 2;
  }
  return r.bytes;
}

// raw: CV_16U. visible: CV_8UC3 (OpenCV's BGR) or CV_8U; empty: none.
inline std::string FlirContainer(const cv::Mat& raw, const cv::Mat& visible,
                                 const RadiometricOptions& o = {}) {
  std::vector<std::pair<int, std::string>> records = {{0, ""}, {0x01, RawRecord(raw, o)}};
  if (!visible.empty()) {
    cv::Mat stored = visible;
    if (o.visible_format == ".png" && visible.channels() == 3) {
      // Y, Cb, Cr in the place of R, G, B, by JPEG's equations.
      for (auto& v : cv::Mat_<cv::Vec3b>(stored = visible.clone())) {
        const double b = v[0], g = v[1], r = v[2];
        const double y = 0.299 * r + 0.587 * g + 0.114 * b;
        v = {cv::saturate_cast<std::uint8_t>(128 + 0.5 / 0.701 * (r - y)),
             cv::saturate_cast<std::uint8_t>(128 + 0.5 / 0.886 * (b - y)),
             cv::saturate_cast<std::uint8_t>(y)};
      }
    }
    records.emplace_back(0x0E, ImageRecord(3, visible, Encoded(stored, o.visible_format), o.big));
  }
  if (o.with_camera) records.emplace_back(0x20, CameraRecord(o.camera, o.big));
  if (o.with_alignment) records.emplace_back(0x2A, AlignmentRecord(o.alignment));

  const auto count = static_cast<std::uint32_t>(records.size());
  RecordBytes head(64 + 32 * count, o.big);
  std::memcpy(head.bytes.data(), "FFF\0Test", 8);
  head.U(20, 100, 4).U(24, 64, 4).U(28, count, 4);
  std::string data;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto& [type, bytes] = records[i];
    const std::size_t entry = 64 + 32 * i, offset = head.bytes.size() + data.size();
    head.U(entry, static_cast<std::uint32_t>(type), 2)
        .U(entry + 12, static_cast<std::uint32_t>(offset), 4)
        .U(entry + 16, static_cast<std::uint32_t>(bytes.size()), 4);
    data += bytes;
  }
  return head.bytes + data;
}

inline std::string JpegSegmentBytes(int marker, const std::string& data) {
  const std::size_t length = data.size() + 2;
  std::string bytes = {'\xff', static_cast<char>(marker), static_cast<char>(length >> 8),
                       static_cast<char>(length)};
  return bytes + data;
}

inline std::vector<std::string> FlirSegments(const std::string& container, std::size_t part) {
  const std::size_t count = (container.size() + part - 1) / part;
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string head = {
        'F', 'L', 'I', 'R', '\0', '\1', static_cast<char>(i), static_cast<char>(count - 1)};
    segments.push_back(JpegSegmentBytes(0xE1, head + container.substr(i * part, part)));
  }
  return segments;
}

// A JPEG image with segments behind its first marker.
inline std::string JpegWith(const std::vector<std::string>& segments, cv::Size screen = {48, 36}) {
  const std::string jpeg = Encoded(TestMat(screen.width, screen.height, 3, 8, 9), ".jpg");
  std::string bytes = jpeg.substr(0, 2);
  for (const std::string& segment : segments) bytes += segment;
  return bytes + jpeg.substr(2);
}

inline std::string RadiometricJpeg(const cv::Mat& raw, const cv::Mat& visible,
                                   const RadiometricOptions& o = {}) {
  return JpegWith(FlirSegments(FlirContainer(raw, visible, o), o.part), o.screen);
}

// A thermal image: 10000 to 25000 or so.
inline cv::Mat TestRaw(int width, int height, unsigned seed = 3) {
  cv::Mat raw = TestMat(width, height, 1, 16, seed);
  for (auto& v : cv::Mat_<std::uint16_t>(raw)) v = static_cast<std::uint16_t>(10000 + v / 4);
  return raw;
}

}  // namespace auif
