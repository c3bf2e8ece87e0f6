// FLIR's container of records ("FFF"), as it lies in the APP1 segments of a radiometric JPEG. By
// ExifTool's published tables of FLIR tags:
//   segments  "FLIR\0", a byte, the part's number, the last part's number, data
//   header    "FFF\0"; version at 20, 100 to 199, which tells the byte order; the directory's
//             offset at 24, its count at 28
//   entries   32 bytes: type u16 at 0, offset u32 at 12, length u32 at 16
//   records   begin with a small u16, which tells the byte order of the record
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auif/radiometric.h"
#include "io/atomic_file.h"
#include "io/jpeg_segments.h"

namespace auif {

// The segments' data in the order of their parts; nothing where there are none. Throws Error
// (kInput) where a part is missing or there twice.
std::optional<std::string> JoinFlirParts(const InputFile& file,
                                         const std::vector<JpegSegment>& segments);

class FlirFile {
 public:
  // Throws Error (kInput) for what is no such container. `path`: of the file, for messages.
  FlirFile(std::string bytes, std::filesystem::path path);

  bool HasRaw() const { return Find(kRaw).has_value(); }
  bool HasVisible() const { return Find(kVisible).has_value(); }
  // Each throws Error (kInput) where the record is broken or of a kind that is not read; nothing
  // where there is none.
  Plane<std::uint16_t> ReadRaw() const;  // there must be one
  std::optional<Image> ReadVisible() const;
  std::optional<ThermalCamera> ReadCamera(std::vector<std::string>* notes) const;
  std::optional<VisibleAlignment> ReadAlignment() const;

 private:
  enum RecordType { kRaw = 0x01, kVisible = 0x0E, kCamera = 0x20, kAlignment = 0x2A };
  struct Entry {
    std::uint32_t type = 0;
    std::string_view bytes;
  };
  std::optional<std::string_view> Find(RecordType type) const;
  [[noreturn]] void ThrowBroken(const std::string& why) const;

  std::string bytes_;
  std::filesystem::path path_;
  std::vector<Entry> entries_;  // of bytes_
};

}  // namespace auif
