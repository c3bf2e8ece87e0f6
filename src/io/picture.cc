#include "io/picture.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string_view>
#include <vector>

#include "io/atomic_file.h"

namespace auif {
namespace {

constexpr std::array<double, 3> kLuma = {0.299, 0.587, 0.114};  // R, G, B (BT.601)

std::string LowerExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

struct Format {
  const char* extension;
  int most_bits;
};

const Format* FindFormat(const std::filesystem::path& path) {
  static constexpr Format kFormats[] = {{".png", 16}, {".tif", 16}, {".tiff", 16},
                                        {".jpg", 8},  {".jpeg", 8}, {".bmp", 8},
                                        {".pgm", 16}, {".ppm", 16}, {".pnm", 16}};
  const std::string extension = LowerExtension(path);
  for (const Format& format : kFormats) {
    if (extension == format.extension) return &format;
  }
  return nullptr;
}

[[noreturn]] void Broken(const std::filesystem::path& path, const std::string& message,
                         const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, path.string(), hint);
}

// The decoders fill what is missing of a file that was cut short, or write to stderr; so look for
// the end marker first.
void CheckComplete(std::string_view bytes, const std::filesystem::path& path) {
  const auto cut = [&] { Broken(path, "the picture is cut short", "copy or export it again"); };
  if (bytes.starts_with("\x89PNG")) {
    std::size_t at = 8;
    while (true) {
      if (bytes.size() < at + 12) cut();
      std::size_t length = 0;
      for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
      if (bytes.size() - at - 12 < length) cut();
      if (bytes.substr(at + 4, 4) == "IEND") return;
      at += 12 + length;
    }
  }
  if (bytes.starts_with("\xff\xd8")) {
    const std::size_t scan = bytes.rfind("\xff\xda"), end = bytes.rfind("\xff\xd9");
    if (scan == bytes.npos || end == bytes.npos || end < scan) cut();
  }
}

cv::Mat Decode(const std::filesystem::path& path) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  const std::string bytes = ReadFile(path);
  if (bytes.empty()) Broken(path, "the file is empty");
  CheckComplete(bytes, path);
  cv::Mat image;
  try {
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    image = cv::imdecode(raw, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& error) {
    Broken(path, "the picture cannot be decoded: " + error.err,
           "beyond 2^30 pixels, set OPENCV_IO_MAX_IMAGE_PIXELS");
  }
  if (image.empty()) {
    Broken(path, "not a picture that can be read", "PNG, JPEG, BMP, TIFF and PGM files are");
  }
  if (image.depth() != CV_8U && image.depth() != CV_16U) {
    Broken(path, "the values are not 8- or 16-bit integers", "convert it to a 16-bit PNG or TIFF");
  }
  return image;
}

// One channel as a plane. The division rounds as a reader of the published code would: v / 255.
template <typename T>
Plane<float> Channel(const cv::Mat& image, int channel) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  Plane<float> plane(image.cols, image.rows);
  const int channels = image.channels();
  for (int y = 0; y < image.rows; ++y) {
    const T* from = image.ptr<T>(y) + channel;
    float* to = plane.Row(y);
    for (int x = 0; x < image.cols; ++x) to[x] = static_cast<float>(from[x * channels]) / kLargest;
  }
  return plane;
}

template <typename T>
bool IsGrey(const cv::Mat& image) {
  const int channels = image.channels();
  if (channels < 3) return true;
  for (int y = 0; y < image.rows; ++y) {
    const T* row = image.ptr<T>(y);
    for (int x = 0; x < image.cols; ++x) {
      const T* pixel = row + x * channels;
      if (pixel[0] != pixel[1] || pixel[0] != pixel[2]) return false;
    }
  }
  return true;
}

template <typename T>
Picture ToPicture(const cv::Mat& image) {
  Picture picture;
  picture.bits = 8 * static_cast<int>(sizeof(T));
  if (IsGrey<T>(image)) {
    picture.grey = Channel<T>(image, 0);
    return picture;
  }
  for (int c = 0; c < 3; ++c) picture.rgb[c] = Channel<T>(image, 2 - c);  // stored as BGR
  picture.grey = Plane<float>(image.cols, image.rows);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      double luma = 0;
      for (int c = 0; c < 3; ++c) luma += kLuma[c] * picture.rgb[c].Row(y)[x];
      picture.grey.Row(y)[x] = static_cast<float>(luma);
    }
  }
  return picture;
}

template <typename T>
ImageChannels ToChannels(const cv::Mat& image) {
  constexpr double kStep = std::numeric_limits<T>::max() / 255;
  ImageChannels picture;
  const int stored = image.channels();
  const int wanted = stored < 3 ? 1 : 3;
  for (int c = 0; c < wanted; ++c) {
    Plane<double> plane(image.cols, image.rows);
    for (int y = 0; y < image.rows; ++y) {
      const T* from = image.ptr<T>(y) + (wanted - 1 - c);  // stored as BGR
      double* to = plane.Row(y);
      for (int x = 0; x < image.cols; ++x) to[x] = from[x * stored] / kStep;
    }
    picture.channels.push_back(std::move(plane));
  }
  return picture;
}

template <typename T>
T Quantise(float value) {
  constexpr float kLargest = std::numeric_limits<T>::max();
  return static_cast<T>(std::lrint(std::clamp(value, 0.0f, 1.0f) * kLargest));
}

template <typename T>
cv::Mat ToImage(PlaneView<const float> fused, const Picture* colour) {
  const int channels = colour == nullptr ? 1 : 3;
  cv::Mat image(fused.height, fused.width, CV_MAKETYPE(cv::DataType<T>::depth, channels));
  for (int y = 0; y < fused.height; ++y) {
    T* to = image.ptr<T>(y);
    const float* from = fused.Row(y);
    for (int x = 0; x < fused.width; ++x) {
      if (colour == nullptr) {
        to[x] = Quantise<T>(from[x]);
        continue;
      }
      // Cb and Cr are differences to the luma: keeping them adds the luma's change to each channel.
      const float change = from[x] - colour->grey.Row(y)[x];
      for (int c = 0; c < 3; ++c)
        to[3 * x + 2 - c] = Quantise<T>(colour->rgb[c].Row(y)[x] + change);
    }
  }
  return image;
}

void Write(const std::filesystem::path& path, PlaneView<const float> fused, const Picture* colour,
           int bits) {
  CheckPictureFormat(path, bits);
  const cv::Mat image =
      bits == 8 ? ToImage<std::uint8_t>(fused, colour) : ToImage<std::uint16_t>(fused, colour);
  std::vector<unsigned char> bytes;
  try {
    cv::imencode(LowerExtension(path), image, bytes);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kOutput, "the picture cannot be encoded: " + error.err, path.string());
  }
  WriteFileAtomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

bool IsPictureExtension(const std::filesystem::path& path) { return FindFormat(path) != nullptr; }

void CheckPictureFormat(const std::filesystem::path& path, int bits) {
  const Format* format = FindFormat(path);
  if (format == nullptr) {
    throw Error(ErrorKind::kUsage, "unknown picture format '" + path.extension().string() + "'",
                path.string(), "use .png, .jpg, .bmp, .tif or .pgm");
  }
  if (bits != 8 && bits != 16) {
    throw Error(ErrorKind::kUsage, "a picture has 8 or 16 bits, not " + std::to_string(bits));
  }
  if (bits > format->most_bits) {
    throw Error(ErrorKind::kUsage, "the format cannot hold 16 bits", path.string(),
                "use .png, .tif or .pgm");
  }
}

ImageChannels ReadChannels(const std::filesystem::path& path, int* bits) {
  const cv::Mat image = Decode(path);
  if (bits != nullptr) *bits = image.depth() == CV_8U ? 8 : 16;
  return image.depth() == CV_8U ? ToChannels<std::uint8_t>(image)
                                : ToChannels<std::uint16_t>(image);
}

Picture ReadPicture(const std::filesystem::path& path) {
  const cv::Mat image = Decode(path);
  return image.depth() == CV_8U ? ToPicture<std::uint8_t>(image) : ToPicture<std::uint16_t>(image);
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> grey, int bits) {
  Write(path, grey, nullptr, bits);
}

void WritePicture(const std::filesystem::path& path, PlaneView<const float> fused,
                  const Picture& colour, int bits) {
  Write(path, fused, colour.colour() ? &colour : nullptr, bits);
}

}  // namespace auif
