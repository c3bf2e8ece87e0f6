#include "auif/radiometric.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "image/resample.h"
#include "io/atomic_file.h"
#include "io/bytes.h"
#include "io/codecs/codec.h"
#include "io/flir_file.h"
#include "io/jpeg_segments.h"
#include "io/thermal_limits.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The size in the frame header (SOF): u8 precision, u16 height, u16 width.
Size ScreenSize(const InputFile& file, const std::vector<JpegSegment>& segments) {
  for (const JpegSegment& segment : segments) {
    const std::uint8_t m = segment.marker;
    if (m < 0xC0 || m > 0xCF || m == 0xC4 || m == 0xC8 || m == 0xCC || segment.size < 5) continue;
    std::uint8_t head[5];
    ReadExactly(file, segment.offset, head, 5);
    return {static_cast<int>(BigEndian(head + 3, 2)), static_cast<int>(BigEndian(head + 1, 2))};
  }
  return {};
}

bool SegmentHas(const InputFile& file, const JpegSegment& segment, std::string_view start,
                std::string_view text) {
  std::string bytes(segment.size, '\0');
  ReadExactly(file, segment.offset, bytes.data(), bytes.size());
  return bytes.starts_with(start) && bytes.find(text) != std::string::npos;
}

// DJI's: APP3 segments that together are a 16-bit image, low bytes first, of the screen's size or
// of half of it, in a file that names DJI in its EXIF data or has DJI's APP4 (AA 55).
std::optional<Size> DjiSize(const InputFile& file, const std::vector<JpegSegment>& segments,
                            Size screen) {
  using namespace std::string_view_literals;
  std::uint64_t bytes = 0;
  for (const JpegSegment& segment : segments) {
    if (segment.marker == 0xE3) bytes += segment.size;
  }
  bool dji = false;
  for (const JpegSegment& segment : segments) {
    if (bytes == 0 || dji) break;
    if (segment.marker == 0xE1) dji = SegmentHas(file, segment, "Exif\0\0"sv, "DJI"sv);
    if (segment.marker == 0xE4) dji = SegmentHas(file, segment, "\xaa\x55"sv, {});
  }
  if (!dji) return {};
  for (const int part : {1, 2}) {
    const Size size = {screen.width / part, screen.height / part};
    if (bytes ==
        std::uint64_t{2} * static_cast<unsigned>(size.width) * static_cast<unsigned>(size.height)) {
      return size;
    }
  }
  return {};
}

Plane<std::uint16_t> ReadDji(const InputFile& file, const std::vector<JpegSegment>& segments,
                             Size size) {
  std::string bytes;
  for (const JpegSegment& segment : segments) {
    if (segment.marker != 0xE3) continue;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + segment.size);
    ReadExactly(file, segment.offset, bytes.data() + begin, segment.size);
  }
  Plane<std::uint16_t> raw(size);
  const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x, from += 2) {
      raw.Row(y)[x] = static_cast<std::uint16_t>(from[0] | from[1] << 8);
    }
  }
  return raw;
}

double BlackBody(const ThermalCamera& camera, double kelvin) {
  return camera.r1 / (camera.r2 * (std::exp(camera.b / kelvin) - camera.f)) - camera.o;
}

constexpr const char* kRawHelps = "its raw values can be read: auif thermal --unit raw";

void CheckCalibration(const RadiometricImage& image) {
  if (!image.camera) {
    throw Error(ErrorKind::kInput,
                image.no_temperatures.empty() ? "there is no calibration" : image.no_temperatures,
                image.source, kRawHelps);
  }
  const ThermalCamera& c = *image.camera;
  const double values[] = {c.r1, c.b, c.f, c.o, c.r2, c.alpha1, c.alpha2, c.beta1, c.beta2, c.x};
  if (std::all_of(std::begin(values), std::end(values),
                  [](double v) { return std::isfinite(v); }) &&
      c.r1 > 0 && c.b > 0 && c.r2 > 0) {
    return;
  }
  throw Error(ErrorKind::kInput, "the file's calibration is none", image.source, kRawHelps);
}

// The part of the visible image that the thermal one shows, in its pixels.
struct Window {
  int left = 0, top = 0;
  Size size;
};

Window FindWindow(Size visible, Size thermal, double scale, int offset_x, int offset_y) {
  double width = visible.width / scale;
  double height = width * thermal.height / thermal.width;
  return {static_cast<int>(std::lround((visible.width - width) / 2 + offset_x)),
          static_cast<int>(std::lround((visible.height - height) / 2 + offset_y)),
          {std::max(1, static_cast<int>(std::lround(width))),
           std::max(1, static_cast<int>(std::lround(height)))}};
}

// The share of the window that lies within the image.
double ShareWithin(const Window& window, Size size) {
  const auto inside = [](double begin, double length, double end) {
    return std::max(0.0, std::min(begin + length, end) - std::max(begin, 0.0)) / length;
  };
  return inside(window.left, window.size.width, size.width) *
         inside(window.top, window.size.height, size.height);
}

Image Cut(const Image& image, const Window& window) {
  ImageSpec spec = image.spec();
  spec.size = window.size;
  Image cut(spec);
  for (int c = 0; c < image.channels(); ++c) {
    const PlaneView<const std::uint8_t> from = image.View<std::uint8_t>(c);
    const PlaneView<std::uint8_t> to = cut.View<std::uint8_t>(c);
    for (int y = 0; y < to.height; ++y) {
      const std::uint8_t* row = from.Row(std::clamp(window.top + y, 0, from.height - 1));
      for (int x = 0; x < to.width; ++x) {
        to.Row(y)[x] = row[std::clamp(window.left + x, 0, from.width - 1)];
      }
    }
  }
  return cut;
}

}  // namespace

void ThermalConditions::Validate() const {
  for (const ThermalLimit& limit : kThermalLimits) {
    const double value = this->*limit.value;
    if (value >= limit.least && value <= limit.most) continue;
    throw Error(ErrorKind::kUsage,
                std::string("the ") + limit.name + " cannot be " + NumberText(value), {},
                limit.hint);
  }
}

bool IsRadiometric(const fs::path& path, bool with_visible) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  try {
    const InputFile file(path);
    const std::vector<JpegSegment> segments = JpegSegments(file);
    if (segments.empty()) return false;
    try {
      std::optional<std::string> bytes = JoinFlirParts(file, segments);
      if (!bytes) return !with_visible && DjiSize(file, segments, ScreenSize(file, segments));
      const FlirFile flir(std::move(*bytes), path);
      return flir.HasRaw() && (!with_visible || flir.HasVisible());
    } catch (const Error&) {
      return true;
    }
  } catch (const Error&) {
    return false;
  }
}

std::optional<RadiometricImage> FindRadiometric(const fs::path& path) {
  const InputFile file(path);
  const std::vector<JpegSegment> segments = JpegSegments(file);
  RadiometricImage image;
  image.source = path.string();
  image.screen = ScreenSize(file, segments);
  if (std::optional<std::string> bytes = JoinFlirParts(file, segments)) {
    const FlirFile flir(std::move(*bytes), path);
    if (!flir.HasRaw()) return {};
    image.raw = flir.ReadRaw();
    image.visible = flir.ReadVisible();
    image.camera = flir.ReadCamera(&image.notes);
    if (!image.camera) image.no_temperatures = "the file has no calibration";
    image.alignment = flir.ReadAlignment();
    return image;
  }
  const std::optional<Size> size = DjiSize(file, segments, image.screen);
  if (!size) return {};
  image.raw = ReadDji(file, segments, *size);
  image.no_temperatures = "DJI's raw values become temperatures in its maker's library alone";
  return image;
}

RadiometricImage ReadRadiometric(const fs::path& path) {
  if (std::optional<RadiometricImage> image = FindRadiometric(path)) return std::move(*image);
  throw Error(ErrorKind::kInput, "has no radiometric data", path.string(),
              "radiometric JPEG files come straight from a thermal camera; programs that save them "
              "again drop the data");
}

double HalfWayTransmission(const ThermalCamera& camera, const ThermalConditions& conditions) {
  const double t = conditions.atmosphere - kZeroCelsius;
  const double vapour = conditions.humidity *
                        std::exp(1.5587 + 0.06939 * t - 2.7816e-4 * t * t + 6.8455e-7 * t * t * t);
  const double root = std::sqrt(vapour), way = std::sqrt(conditions.distance / 2);
  return camera.x * std::exp(-way * (camera.alpha1 + camera.beta1 * root)) +
         (1 - camera.x) * std::exp(-way * (camera.alpha2 + camera.beta2 * root));
}

Plane<float> Temperatures(const RadiometricImage& image, const ThermalConditions& conditions) {
  conditions.Validate();
  CheckCalibration(image);
  const ThermalCamera& camera = *image.camera;
  const double e = conditions.emissivity, w = conditions.window_transmission;
  const double tau = HalfWayTransmission(camera, conditions);
  if (!(tau > 0) || !std::isfinite(tau)) {
    throw Error(ErrorKind::kUsage, "no radiation passes so much air", image.source,
                "give a smaller distance or humidity");
  }
  // S = share * S(object) + other.
  const double share = e * tau * w * tau;
  const double other =
      (1 - e) * tau * w * tau * BlackBody(camera, conditions.reflected) +
      ((1 - tau) * w * tau + (1 - tau)) * BlackBody(camera, conditions.atmosphere) +
      (1 - w) * tau * BlackBody(camera, conditions.window);
  Plane<float> kelvin(image.raw.size());
  for (int y = 0; y < kelvin.height(); ++y) {
    for (int x = 0; x < kelvin.width(); ++x) {
      const double object = (image.raw.Row(y)[x] - other) / share;
      const double t =
          camera.b / std::log(camera.r1 / (camera.r2 * (object + camera.o)) + camera.f);
      kelvin.Row(y)[x] = t > 0 && std::isfinite(t) ? static_cast<float>(t)
                                                   : std::numeric_limits<float>::quiet_NaN();
    }
  }
  return kelvin;
}

Image AlignedVisible(const RadiometricImage& image, std::vector<std::string>* notes) {
  if (!image.visible) {
    throw Error(ErrorKind::kInput, "holds no visible image", image.source,
                "give the visible image as the second file");
  }
  const Size visible = image.visible->size(), thermal = image.raw.size();
  const auto note = [&](const char* text) {
    if (notes != nullptr) notes->emplace_back(text);
  };
  const VisibleAlignment& a = image.alignment.value_or(VisibleAlignment());
  // The widest lens of a visible camera sees about six times what a narrow thermal one does.
  constexpr double kLeastScale = 0.5, kMostScale = 50, kLeastShare = 0.5;
  if (image.alignment && a.scale >= kLeastScale && a.scale <= kMostScale) {
    const Window window = FindWindow(visible, thermal, a.scale, a.offset_x, a.offset_y);
    const double share = ShareWithin(window, visible);
    if (share >= kLeastShare) {
      note(
          "the embedded visible image is laid over by the camera's own alignment, which may be "
          "off by parallax");
      if (share < 0.98) note("the embedded visible image does not cover all of the thermal one");
      return Resampled(Cut(*image.visible, window), thermal);
    }
  }
  note(image.alignment ? "the camera's alignment of the visible image is none: its middle is taken"
                       : "the camera gives no alignment of the visible image: its middle is taken");
  // As much of it as has the thermal image's proportions.
  const double wide = static_cast<double>(visible.height) * thermal.width / thermal.height;
  const Window window = FindWindow(visible, thermal, std::max(1.0, visible.width / wide), 0, 0);
  return Resampled(Cut(*image.visible, window), thermal);
}

}  // namespace auif
