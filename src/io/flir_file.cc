#include "io/flir_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "base/text.h"
#include "io/bytes.h"
#include "io/codecs/codec.h"
#include "io/thermal_limits.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

using namespace std::string_view_literals;

constexpr std::string_view kSignature = "FLIR\0"sv;
constexpr std::size_t kPartHead = 8;
constexpr std::size_t kImageHead = 32;  // of records that hold an image

// Integers and floats of either byte order; the caller has checked that they are there.
class Fields {
 public:
  Fields(std::string_view bytes, bool big) : bytes_(bytes), big_(big) {}
  // Of a record, which begins with a small number.
  static Fields OfRecord(std::string_view bytes) {
    return {bytes, static_cast<unsigned char>(bytes[1]) != 0};
  }

  bool big() const { return big_; }
  std::uint32_t U16(std::size_t at) const { return Read(at, 2); }
  std::uint32_t U32(std::size_t at) const { return Read(at, 4); }
  int I16(std::size_t at) const { return static_cast<std::int16_t>(U16(at)); }
  int I32(std::size_t at) const { return static_cast<std::int32_t>(U32(at)); }
  double Float(std::size_t at) const { return std::bit_cast<float>(U32(at)); }

 private:
  std::uint32_t Read(std::size_t at, std::size_t count) const {
    return static_cast<std::uint32_t>(
        UintOf(reinterpret_cast<const std::uint8_t*>(bytes_.data()) + at, count, big_));
  }

  std::string_view bytes_;
  bool big_;
};

// JPEG's full-range BT.601:
//   R = Y + 1.402 (Cr - 128),  G = Y - 0.344136 (Cb - 128) - 0.714136 (Cr - 128),
//   B = Y + 1.772 (Cb - 128)
void YCbCrToRgb(Image* image) {
  const auto round = [](double v) {
    return static_cast<std::uint8_t>(std::clamp(v + 0.5, 0.0, 255.0));
  };
  for (int row = 0; row < image->height(); ++row) {
    std::uint8_t* first = image->View<std::uint8_t>(0).Row(row);
    std::uint8_t* second = image->View<std::uint8_t>(1).Row(row);
    std::uint8_t* third = image->View<std::uint8_t>(2).Row(row);
    for (int x = 0; x < image->width(); ++x) {
      const double y = first[x], cb = second[x] - 128.0, cr = third[x] - 128.0;
      first[x] = round(y + 1.402 * cr);
      second[x] = round(y - 0.344136 * cb - 0.714136 * cr);
      third[x] = round(y + 1.772 * cb);
    }
  }
}

// Where a condition stands in the camera's record, a float.
std::size_t PlaceOf(double ThermalConditions::*value) {
  static constexpr std::pair<double ThermalConditions::*, std::size_t> kPlaces[] = {
      {&ThermalConditions::emissivity, 0x20}, {&ThermalConditions::distance, 0x24},
      {&ThermalConditions::reflected, 0x28},  {&ThermalConditions::atmosphere, 0x2C},
      {&ThermalConditions::window, 0x30},     {&ThermalConditions::window_transmission, 0x34},
      {&ThermalConditions::humidity, 0x3C}};
  return std::ranges::find(kPlaces, value, [](const auto& place) { return place.first; })->second;
}

// The conditions that the camera was set to, where they are any.
ThermalConditions ReadConditions(const Fields& fields, std::vector<std::string>* notes) {
  ThermalConditions conditions;
  for (const ThermalLimit& limit : kThermalLimits) {
    const double read = fields.Float(PlaceOf(limit.value));
    double value = read;
    if (limit.value == &ThermalConditions::humidity && read > 1 && read <= 100) {
      value = read > 2 ? read / 100 : 1;  // some files have per cent
    }
    double& condition = conditions.*limit.value;
    if (value >= limit.least && value <= limit.most) {
      condition = value;
    } else {
      notes->push_back(std::string("the ") + limit.name + " in the file is none (" +
                       NumberText(read) + "): " + NumberText(condition) + " is taken");
    }
  }
  return conditions;
}

}  // namespace

std::optional<std::string> JoinFlirParts(const InputFile& file,
                                         const std::vector<JpegSegment>& segments) {
  std::vector<const JpegSegment*> parts;  // by number
  std::size_t count = 0;
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorKind::kInput, "the thermal data is broken: " + why, file.path().string(),
                "copy the file from the camera again");
  };
  for (const JpegSegment& segment : segments) {
    std::uint8_t head[kPartHead];
    if (segment.marker != 0xE1 || segment.size < kPartHead) continue;
    ReadExactly(file, segment.offset, head, kPartHead);
    if (std::memcmp(head, kSignature.data(), kSignature.size()) != 0) continue;
    const std::size_t part = head[6], total = std::size_t{head[7]} + 1;
    if (parts.empty()) parts.resize(total);
    if (total != parts.size()) fail("its segments are not of one set");
    if (part >= total) fail("a segment has a number beyond the last");
    if (parts[part] != nullptr) fail("segment " + std::to_string(part) + " is there twice");
    parts[part] = &segment;
    ++count;
  }
  if (parts.empty()) return {};
  if (count < parts.size()) {
    fail(std::to_string(parts.size() - count) + " of its " + std::to_string(parts.size()) +
         " segments are missing");
  }
  std::string bytes;
  for (const JpegSegment* part : parts) {
    const std::size_t begin = bytes.size(), size = part->size - kPartHead;
    bytes.resize(begin + size);
    ReadExactly(file, part->offset + kPartHead, bytes.data() + begin, size);
  }
  return bytes;
}

FlirFile::FlirFile(std::string bytes, fs::path path)
    : bytes_(std::move(bytes)), path_(std::move(path)) {
  constexpr std::size_t kHeader = 64, kEntry = 32;
  const auto version_fits = [&](bool big) {
    const std::uint32_t version = Fields(bytes_, big).U32(20);
    return version >= 100 && version < 200;
  };
  if (bytes_.size() < kHeader || !bytes_.starts_with("FFF\0"sv)) ThrowBroken("no header");
  const bool big = version_fits(true);
  if (!big && !version_fits(false)) ThrowBroken("a version that is not known");
  const Fields fields(bytes_, big);
  const std::size_t begin = fields.U32(24), count = fields.U32(28);
  if (begin > bytes_.size() || count > (bytes_.size() - begin) / kEntry) {
    ThrowBroken("its directory lies outside");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = begin + i * kEntry;
    const std::uint32_t type = fields.U16(entry);
    if (type != kRaw && type != kVisible && type != kCamera && type != kAlignment) continue;
    const std::size_t offset = fields.U32(entry + 12), size = fields.U32(entry + 16);
    if (size < 2) continue;  // empty
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      ThrowBroken("a record lies outside");
    }
    entries_.push_back({type, std::string_view(bytes_).substr(offset, size)});
  }
}

std::optional<std::string_view> FlirFile::Find(RecordType type) const {
  for (const Entry& entry : entries_) {
    if (entry.type == static_cast<std::uint32_t>(type)) return entry.bytes;
  }
  return {};
}

void FlirFile::ThrowBroken(const std::string& why) const {
  throw Error(ErrorKind::kInput, "the thermal data is broken: " + why, path_.string(),
              "copy the file from the camera again");
}

Plane<std::uint16_t> FlirFile::ReadRaw() const {
  const std::string_view record = Find(kRaw).value_or(std::string_view());
  if (record.size() < kImageHead) ThrowBroken("the raw image is cut short");
  const Fields fields = Fields::OfRecord(record);
  const Size size = {static_cast<int>(fields.U16(2)), static_cast<int>(fields.U16(4))};
  const std::string_view data = record.substr(kImageHead);
  if (size.width == 0 || size.height == 0) ThrowBroken("the raw image has no pixels");
  if (data.starts_with("\x89PNG\r\n\x1a\n"sv)) {
    const Image image = ReadImage(std::make_unique<InputFile>(path_, std::string(data)));
    if (image.type() != SampleType::kUint16 || image.channels() != 1 || image.size() != size) {
      ThrowBroken("the raw image is not a 16-bit grey PNG of " + ToString(size));
    }
    Plane<std::uint16_t> raw(size);
    for (int y = 0; y < size.height; ++y) {
      const std::uint16_t* from = image.View<std::uint16_t>().Row(y);
      // The cameras write the low byte first, which PNG does not.
      for (int x = 0; x < size.width; ++x) {
        raw.Row(y)[x] = static_cast<std::uint16_t>(from[x] >> 8 | from[x] << 8);
      }
    }
    return raw;
  }
  if (data.starts_with("\xff\xd8"sv)) {
    throw Error(ErrorKind::kInput,
                data.starts_with("\xff\xd8\xff\xf7"sv)
                    ? "raw thermal values packed as JPEG-LS are not read"
                    : "raw thermal values packed as JPEG are not read",
                path_.string(), "export them as a 16-bit TIFF or a radiometric JPEG");
  }
  const std::size_t row = 2 * static_cast<std::size_t>(size.width);
  if (data.size() != row * static_cast<std::size_t>(size.height)) {
    ThrowBroken("the raw image is neither a PNG nor " + ToString(size) + " 16-bit values");
  }
  const Fields samples(data, fields.big());
  Plane<std::uint16_t> raw(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      raw.Row(y)[x] = static_cast<std::uint16_t>(
          samples.U16(row * static_cast<std::size_t>(y) + 2 * static_cast<std::size_t>(x)));
    }
  }
  return raw;
}

std::optional<Image> FlirFile::ReadVisible() const {
  const std::optional<std::string_view> record = Find(kVisible);
  if (!record) return {};
  if (record->size() < kImageHead) ThrowBroken("the visible image is cut short");
  const std::string_view data = record->substr(kImageHead);
  const bool png = data.starts_with("\x89PNG\r\n\x1a\n"sv);
  if (!png && !data.starts_with("\xff\xd8\xff"sv)) {
    ThrowBroken("the visible image is neither a JPEG nor a PNG");
  }
  Image image = ReadImage(std::make_unique<InputFile>(path_, std::string(data)));
  if (image.type() != SampleType::kUint8) ThrowBroken("the visible image does not have 8 bits");
  if (png && image.channels() == 3) YCbCrToRgb(&image);
  return image;
}

std::optional<ThermalCamera> FlirFile::ReadCamera(std::vector<std::string>* notes) const {
  constexpr std::size_t kModel = 0xD4, kModelSize = 32, kSize = 0x310;
  const std::optional<std::string_view> record = Find(kCamera);
  if (!record || record->size() < kSize) return {};
  const Fields fields = Fields::OfRecord(*record);
  ThermalCamera camera;
  const std::string_view model = record->substr(kModel, kModelSize);
  camera.model = Printable(model.substr(0, model.find('\0')));
  camera.r1 = fields.Float(0x58);
  camera.b = fields.Float(0x5C);
  camera.f = fields.Float(0x60);
  camera.o = fields.I32(0x308);
  camera.r2 = fields.Float(0x30C);
  camera.alpha1 = fields.Float(0x70);
  camera.alpha2 = fields.Float(0x74);
  camera.beta1 = fields.Float(0x78);
  camera.beta2 = fields.Float(0x7C);
  camera.x = fields.Float(0x80);
  camera.conditions = ReadConditions(fields, notes);
  return camera;
}

std::optional<VisibleAlignment> FlirFile::ReadAlignment() const {
  const std::optional<std::string_view> record = Find(kAlignment);
  if (!record || record->size() < 16) return {};
  const Fields fields(*record, false);  // whatever the order of the rest
  return VisibleAlignment{fields.Float(0), fields.I16(4),  fields.I16(6), fields.I16(8),
                          fields.I16(10),  fields.I16(12), fields.I16(14)};
}

}  // namespace auif
