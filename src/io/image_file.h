// Images from and to files, as planes of values in [0, 1]. image_rows.h has them row by row.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "auif/metrics.h"
#include "auif/plane.h"

namespace auif {

class ImageReader;  // image_rows.h

// An image as the network sees it.
struct FileImage {
  Plane<float> grey;                // [0, 1]; of a colour image its luma (BT.601)
  std::array<Plane<float>, 3> rgb;  // [0, 1]; empty for a grey image
  int bits = 8;                     // a value of the file: 8 or 16

  bool colour() const { return !rgb[0].empty(); }
};

// The extensions of the formats that are read, in lower case, with the dot.
bool IsImageExtension(const std::filesystem::path& path);

// Reads 8- and 16-bit PNG, JPEG, BMP, TIFF and PNM. Values are divided by 255 or 65535. Colour
// images whose channels are equal everywhere are grey; codec.h tells how the files are read.
// Throws Error (kInput) for a file that is missing, cut short, broken, no image or larger than
// the memory.
FileImage ReadImage(const std::filesystem::path& path);
// The same of a reader that no row was read from.
FileImage ReadImage(ImageReader& reader);

// The same images as the file has them, for scoring: one channel, or three even where they are
// equal; values 0..255 (16-bit ones divided by 257). `bits` is set to the file's, if given.
ImageChannels ReadChannels(const std::filesystem::path& path, int* bits = nullptr);

// Writes round(value * 255), or * 65535 for 16 bits; values outside [0, 1] are clamped. The format
// is that of the extension. Throws Error: kUsage for an extension that is unknown or that cannot
// hold 16 bits, kOutput where the file cannot be written; then nothing is left of it.
void WriteImage(const std::filesystem::path& path, PlaneView<const float> grey, int bits = 8);

// Writes a colour image with the luma of `fused` and the chroma (Cb, Cr) of `colour`. A format
// without colours (.pgm) gets `fused` alone.
void WriteImage(const std::filesystem::path& path, PlaneView<const float> fused,
                const FileImage& colour, int bits = 8);

// Throws Error (kUsage) where WriteImage could not write such a file.
void CheckImageFormat(const std::filesystem::path& path, int bits);

}  // namespace auif
