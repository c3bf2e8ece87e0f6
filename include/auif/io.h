// Images from and to files, whole or row by row, and which of them belong together.
//
// Read are PNG, JPEG, BMP, TIFF, PNM (PGM, PPM), WebP, JPEG 2000, PFM and .npy files; the content
// says which it is. Raw samples need a RawLayout. Unsigned integers of 8 and 16 bits stay what they
// are, of 10, 12 and 14 bits they become 16-bit samples with a range of their own; signed and
// larger ones and floats become float samples with the file's values. Palettes and values of less
// than 8 bits are expanded, alpha channels are dropped. Images are upright, as EXIF data or TIFF's
// tag want them; colour profiles and gamma are not applied, but ImageReader::notes() says so.
//
// Written are the formats of the extensions .tif, .tiff and .npy (8 and 16 bits and floats), .png
// and .pnm (8 and 16 bits), .pgm (the same, grey alone), .ppm (the same, colour alone), .jpg, .jpeg
// and .bmp (8 bits) and .pfm (floats). A file appears under its name only when it is complete:
// until then, and where writing fails, an older file of that name stays as it was.
//
// Errors: kInput for a file that is missing, cut short, broken, no image or larger than the memory;
// kOutput where a file cannot be written; kUsage for what a caller does wrong. The message names
// the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auif/export.h"
#include "auif/image.h"
#include "auif/source_rule.h"

namespace auif {

class InputFile;

// Samples as a camera sends them: a file of nothing but rows from the top, perhaps after a header,
// for one frame or several.
struct RawLayout {
  int width = 0, height = 0;
  std::string_view format = "y16";  // of RawFormats(), which lives on
  std::uint64_t skip = 0;           // bytes before the first row

  bool empty() const { return width == 0 && height == 0; }
};
// y8, y10, y12, y14, y16, float32, rgb24, bgr24; those of 10 to 16 bits in 16-bit words, which are
// little-endian, as floats are, but for a name with "be" at its end.
AUIF_API const std::vector<std::string>& RawFormats();
// "WIDTHxHEIGHT[:FORMAT[:SKIP]]". Throws Error (kUsage); `where`: what had the text.
AUIF_API RawLayout ParseRawLayout(const std::string& text, const std::string& where);

enum class Channels {
  kColours,
  kFourth,      // of four, as a grey image: in some data sets it is thermal
  kFirstThree,  // of four: the colours beside it
};

struct ReadOptions {
  int page = 1;  // of a TIFF file, not counting thumbnails and masks; the frame of raw samples
  RawLayout raw = {};  // unless empty, reads the file so, whatever it holds
  Channels channels = Channels::kColours;
};

// How a source of a fusion is read.
struct SourceOptions {
  SourceRule range;
  ReadOptions read = {};
  // How an infrared image in colours becomes levels: "auto" looks for the palette that it was
  // coloured with; a palette's name; "none" takes its luma.
  std::string palette = "auto";
};

// Reads an image: one channel, or three even where they are equal (Image::colour() tells). The path
// becomes its source(). Throws Error: kInput, also for a page or channel that is not there; kUsage
// for a layout that is none.
AUIF_API Image ReadImage(const std::filesystem::path& path, const ReadOptions& options = {});

// Writes an image. Samples are written as they are, whatever their range; float ones become 8-bit
// where the format holds none. Image::As converts beforehand:
// WriteImage("a.png", image.As(SampleType::kUint16)). Of a colour image a format for grey gets the
// luma; of a grey image a format for colour gets three equal channels. Throws Error: kUsage for an
// empty image and for an extension that is unknown or whose format does not hold such samples;
// kOutput.
AUIF_API void WriteImage(const std::filesystem::path& path, const Image& image);

// Throws the Error (kUsage) of WriteImage for a file of this name and such samples.
AUIF_API void CheckImageFormat(const std::filesystem::path& path, SampleType type);

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
  // refused here. Throws Error as ReadImage does.
  explicit ImageReader(const std::filesystem::path& path, const ReadOptions& options = {});
  ~ImageReader();
  ImageReader(ImageReader&&) noexcept;
  ImageReader& operator=(ImageReader&&) noexcept;

  // What ReadImage would return; source is the path.
  const ImageSpec& spec() const;
  // What people should know of how the file was read, a line each without its name: a profile that
  // is not applied, an alpha channel that was dropped. Complete after the last row.
  const std::vector<std::string>& notes() const;
  // Reads the next row of the file into row y of `to`, which has the file's width, channels and
  // type (kUsage otherwise). With the last row the file's end is checked, where the format has one.
  void ReadRow(Image* to, int y);
  // The rows that are left as one image.
  Image ReadRest();

 private:
  struct Impl;
  friend Image ReadImage(std::unique_ptr<InputFile> file);
  explicit ImageReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct ImageFormat;  // a format that is written

// Writes an image row by row in memory for a few rows.
class AUIF_API ImageWriter {
 public:
  // spec: the size of the image, and channels and type of the rows to come. Throws Error as
  // WriteImage does.
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

// How the images of a pair were found to belong together.
enum class PairedBy {
  kName,         // equal names in two folders
  kMarkers,      // equal names but for a word that tells the band: NAME_ir and NAME_vis
  kCommonWords,  // the words that both lists have, where nothing else paired any
  kPattern,      // PairRules::match
  kList,         // PairRules::list
  kRadiometric,  // one radiometric file holds both
};

// An infrared image and the visible one that belongs to it.
struct ImagePair {
  std::string name;  // what the two names have in common, below the folders that they share; a
                     // result is named after it
  std::filesystem::path ir, vis;
  PairedBy by = PairedBy::kName;
};

struct PairList {
  std::vector<ImagePair> pairs;                    // sorted by name
  std::vector<std::filesystem::path> unmatched;    // images without a partner
  std::vector<std::filesystem::path> others = {};  // further bands of scenes, which are not used
};

// How pairs are found where names alone do not do.
struct PairRules {
  bool recursive = false;  // also below the folders
  bool raw = false;        // .raw, .bin, .y8, .y14 and .y16 files are images, too
  std::string layout;      // a name of Layouts(); empty: what the names of folders tell
  // An ECMAScript regular expression for whole names without extension, with two groups: what an
  // infrared image's name shares with its partner's, and the same of a visible one. Empty: none.
  std::string match;
  // A CSV file with the columns infrared, visible and, optionally, name, or a JSON array of objects
  // with these keys. Paths are relative to the folder, or to the file where there is none. Empty:
  // none.
  std::filesystem::path list;
};

// A public data set's folders.
struct Layout {
  std::string name;      // "kaist"
  std::string title;     // "KAIST Multispectral Pedestrian"
  std::string infrared;  // names of the folders, in lower case, separated by spaces; empty: names
  std::string visible;   // of images tell
};
AUIF_API const std::vector<Layout>& Layouts();

// Pairs the images of two folders by name, ignoring case and the form of Unicode. Words that tell
// the band may differ: NAME_ir and NAME_vis, IR7 and VIS7, 00001i and 00001v (docs/pairing.md has
// the words). Where no two names are equal so, what all names of both folders have in common
// decides, if it is not ambiguous. Throws Error: kInput for a folder that is missing or has no
// images, and where several images fit one; kUsage for rules that are none, and for a visible
// folder beside a list. An empty `vis`: `ir` is a folder that holds both.
AUIF_API PairList FindPairs(const std::filesystem::path& ir, const std::filesystem::path& vis,
                            const PairRules& rules = {});

// The same for one folder that holds both: in two subfolders whose names tell the band (ir and vis,
// lwir and visible), or side by side with words in their names that do. A radiometric JPEG without
// a partner that holds a visible image (auif/radiometric.h) is a pair by itself.
AUIF_API PairList FindPairs(const std::filesystem::path& both, const PairRules& rules = {});

// The same, where a folder without any pair will do: a flat one, too, all of whose images are then
// unmatched. Throws Error (kInput) where there are no images at all.
PairList FindImages(const std::filesystem::path& both, const PairRules& rules = {});

// The images of a folder, by their extensions and in the order of their names; hidden files and
// folders are left out. recursive: with those of its subfolders. Throws Error (kInput) for a folder
// that is missing or cannot be listed.
AUIF_API std::vector<std::filesystem::path> ListImages(const std::filesystem::path& folder,
                                                       bool recursive = false);

}  // namespace auif
