// A source of a fusion: an image file with the way to its grey levels. A radiometric JPEG is two
// images: as infrared its raw thermal values, not the picture of the camera's screen; as visible,
// where it holds such an image, that in the thermal image's geometry.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auif/io.h"
#include "image/source_tone.h"

namespace auif {

enum class Modality { kInfrared, kVisible };

struct SourceFile {
  std::filesystem::path path;
  Modality modality = Modality::kInfrared;
};

class SourceReader {
 public:
  // Opens the file and decodes its first row. Throws Error (kInput).
  SourceReader(std::filesystem::path path, Modality modality, const SourceOptions& options);

  const std::filesystem::path& path() const { return path_; }
  // The file's; with the size that Resize() gave.
  const ImageSpec& spec() const { return spec_; }
  // Has the image scaled to this size, which takes it whole.
  void Resize(Size size);
  // Does so where the image of raw thermal values has another size than its partner, but the screen
  // image around it, of the same proportions, has the partner's.
  void FitScreen(Size partner);

  // Whether rows can be read one by one: where the file may have to be read twice, for the range of
  // its values, to see whether it has colours or with Rewind (rewinds), it must be a regular one.
  bool by_rows(bool rewinds = false) const;
  // Before ReadRow: finds the range by reading the file once more where it must be known.
  void PrepareRows();
  // Reads the next row into row y of `to`, an image of PrepareRows()'s spec() but for its height.
  void ReadRow(Image* to, int y);
  // The next row is the first one again.
  void Rewind() { reader_.emplace(Reopen()); }
  // The grey levels of such a row, in [0, 1].
  void GreyRow(const Image& rows, int y, float* to,
               ColourRule::Luma luma = ColourRule::kBt601) const;
  // The whole image. Instead of reading by rows.
  Image ReadWhole();
  // Whether the image has colours: reads it once more up to the first row that has.
  bool HasColour() const;

  // Whether ReadWhole() found colours of an infrared image that are of no known palette.
  bool has_other_colours() const { return has_other_colours_; }
  void AddNote(std::string note) { notes_.push_back(std::move(note)); }
  // What people should know of how it was read, a line each without the file's name.
  std::vector<std::string> Notes() const;

 private:
  void OpenRadiometric();
  bool LooksForPalette() const;
  Image WithoutItsPalette(Image image);
  ImageReader Reopen() const { return ImageReader(path_, options_.read); }

  std::filesystem::path path_;
  Modality modality_;
  SourceOptions options_;
  std::vector<std::string> notes_;
  Size screen_;  // of a radiometric file
  std::optional<Image> radiometric_;
  std::optional<ImageReader> reader_;  // of any other
  ImageSpec spec_;
  SourceTone tone_;
  bool has_other_colours_ = false;
};

// The whole image of a source; UnitGrey gives its levels. notes: are appended to; may be null.
Image ReadSource(const std::filesystem::path& path, Modality modality,
                 const SourceOptions& options = {}, std::vector<std::string>* notes = nullptr);

}  // namespace auif
