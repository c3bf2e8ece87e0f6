// Images from and to files, whole or row by row, and which of them belong together.
//
// Read are 8- and 16-bit PNG, JPEG, BMP, TIFF and PNM (PGM, PPM) files; the content says which it
// is. Alpha channels are dropped, palettes and values of less than 8 bits expanded, of a TIFF file
// the first page is read; tags for the orientation or the colour profile are not applied.
//
// Written are the formats of the extensions .png, .tif, .tiff and .pnm (8 and 16 bits), .pgm (the
// same, grey alone), .ppm (the same, colour alone), .jpg, .jpeg and .bmp (8 bits). A file appears
// under its name only when it is complete: until then, and where writing fails, an older file of
// that name stays as it was.
//
// Errors: kInput for a file that is missing, cut short, broken, no image or larger than the memory;
// kOutput where a file cannot be written; kUsage for what a caller does wrong. The message names
// the file.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "auif/export.h"
#include "auif/image.h"

namespace auif {

// Reads an image: one channel, or three even where they are equal (Image::colour() tells); 8- or
// 16-bit samples in their full range, as the file has them. The path becomes its source().
AUIF_API Image ReadImage(const std::filesystem::path& path);

// Writes an image. 8- and 16-bit samples are written as they are, whatever their range; float ones
// become 8-bit. Image::As converts beforehand: WriteImage("a.png", image.As(SampleType::kUint16)).
// Of a colour image a format for grey gets the luma; of a grey image a format for colour gets three
// equal channels. Throws Error: kUsage for an empty image and for an extension that is unknown or
// whose format does not hold 16 bits; kOutput.
AUIF_API void WriteImage(const std::filesystem::path& path, const Image& image);

// Throws the Error (kUsage) of WriteImage for a file of this name and so many bits per sample.
AUIF_API void CheckImageFormat(const std::filesystem::path& path, int bits);

// Reads an image row by row in memory for a few rows. (The decoders of interlaced PNG, progressive
// JPEG and some TIFF files hold the whole image, as integers.) After an error a reader can only be
// destroyed.
//
//   ImageReader file("large.tif");
//   ImageSpec spec = file.spec();
//   spec.size.height = 1;
//   Image row(spec);
//   for (int y = 0; y < file.spec().size.height; ++y) {
//     file.ReadRow(&row, 0);
//     ...
//   }
class AUIF_API ImageReader {
 public:
  // Opens the file and decodes its first row, so that a file which has no more than a header is
  // refused here. Throws Error (kInput).
  explicit ImageReader(const std::filesystem::path& path);
  ~ImageReader();
  ImageReader(ImageReader&&) noexcept;
  ImageReader& operator=(ImageReader&&) noexcept;

  // What ReadImage would return; source is the path.
  const ImageSpec& spec() const;
  // Reads the next row of the file into row y of `to`, which has the file's width, channels and
  // type (kUsage otherwise). With the last row the file's end is checked, where the format has one.
  void ReadRow(Image* to, int y);
  // The rows that are left as one image.
  Image ReadRest();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ImageFormat;  // a format that is written

// Writes an image row by row in memory for a few rows.
class AUIF_API ImageWriter {
 public:
  // spec: the size of the image, and channels and type (8- or 16-bit) of the rows to come. Throws
  // Error as WriteImage does.
  ImageWriter(const std::filesystem::path& path, const ImageSpec& spec);
  // The same for a format that was found by the path.
  ImageWriter(const std::filesystem::path& path, const ImageSpec& spec, const ImageFormat& format);
  ~ImageWriter();
  ImageWriter(ImageWriter&&) noexcept;
  ImageWriter& operator=(ImageWriter&&) noexcept;

  // Writes row y of `from` as the next row of the file; it must have the width, channels and type
  // of the spec (kUsage otherwise).
  void WriteRow(const Image& from, int y);
  // To be called after the last row; a writer that is destroyed before leaves no file.
  void Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// An infrared image and the visible one that belongs to it.
struct ImagePair {
  std::string name;  // what the two files' base names have in common; a result is named after it
  std::filesystem::path ir, vis;
};

struct PairList {
  std::vector<ImagePair> pairs;                  // sorted by name
  std::vector<std::filesystem::path> unmatched;  // images without a partner
};

// Pairs the images of two folders by base name, ignoring case. Markers of the modality may
// differ: NAME_ir and NAME_vis (also _vi, _eo, _rgb, _infrared, _thermal, _visible; _ or -), IR7
// and VIS7. Throws Error (kInput) for a folder that is missing or has no images, and where two
// files of a folder have the same name.
AUIF_API PairList FindPairs(const std::filesystem::path& ir, const std::filesystem::path& vis);

// The same for one folder that holds both: in two subfolders (ir, infrared or thermal; vi, vis,
// visible, rgb or eo; any case), or side by side with markers in their names.
AUIF_API PairList FindPairs(const std::filesystem::path& both);

// The same, where a folder without any pair will do: a flat one, too, all of whose images are then
// unmatched. Throws Error (kInput) where there are no images at all.
PairList FindImages(const std::filesystem::path& both);

// The images of a folder, by their extensions and in the order of their names; hidden files and
// folders are left out. Throws Error (kInput) for a folder that is missing or cannot be listed.
AUIF_API std::vector<std::filesystem::path> ListImages(const std::filesystem::path& folder);

}  // namespace auif
