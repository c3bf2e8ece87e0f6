// EXIF data, as cameras put them into JPEG, PNG and WebP files.
#pragma once

#include <cstdint>
#include <span>

namespace auif {

// How the image lies, 1 to 8 as TIFF's tag 274 counts: row 0 of the file is the upright image's top
// (1, 2), bottom (3, 4), left (5, 8) or right (6, 7) side. EXIF is a TIFF header with a directory
// (CIPA DC-008); the marker "Exif\0\0" before it may be there. 1 where there is no such tag, or the
// data are broken.
int ExifOrientation(std::span<const std::uint8_t> exif);

}  // namespace auif
