// Image files by rows of values in [0, 1]; image.h has them whole, codec.h as they are stored.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "io/codecs/codec.h"

namespace auif {

// Reads an image as the network sees it. Throws Error (kInput) where codec.h's readers do.
class ImageReader {
 public:
  explicit ImageReader(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const ImageShape& shape() const { return reader_->shape(); }
  // Reads the next row. Grey and Channel are of the row last read.
  void Next();
  // Whether a row so far had colours.
  bool colour() const { return colour_; }
  // The value / 255 or 65535; once a row had colours, the luma (BT.601).
  void Grey(float* to) const;
  // R, G or B; of a grey image the value.
  void Channel(int channel, float* to) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<RowReader> reader_;
  std::unique_ptr<std::uint8_t[]> row_;
  bool colour_ = false;
};

// Whether the image has colours: reads it up to the first row that has.
bool HasColour(const std::filesystem::path& path);

// Writes round(value * 255), or * 65535 for 16 bits; values outside [0, 1] are clamped. Throws
// Error: kUsage for an extension that is unknown or that cannot hold 16 bits, kOutput where the
// file cannot be written; no file is left unless Finish was called and returned.
class ImageWriter {
 public:
  // colour: rows come with chroma. A format without colours drops it.
  ImageWriter(const std::filesystem::path& path, int width, int height, bool colour, int bits);

  // Whether rows must come with chroma.
  bool colour() const { return colour_; }
  void WriteRow(const float* grey);
  // Writes the luma of `fused` and the chroma (Cb, Cr) of `rgb`, whose luma is `grey`.
  void WriteRow(const float* fused, const float* grey, const std::array<const float*, 3>& rgb);
  void Finish() { writer_->Finish(); }

 private:
  ImageShape shape_;
  bool colour_;
  std::unique_ptr<std::uint8_t[]> row_;
  std::unique_ptr<RowWriter> writer_;
};

}  // namespace auif
