// Image files row by row: what the codecs (one <format>.cc each) have in common.
// Rows are interleaved, grey or RGB: 8-bit or native-endian 16-bit integers, or floats.
#pragma once

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "auif/error.h"
#include "auif/image.h"
#include "auif/io.h"
#include "io/atomic_file.h"

namespace auif {

struct ImageShape {
  int width = 0;
  int height = 0;
  int channels = 1;  // 1 or 3
  SampleType type = SampleType::kUint8;

  std::size_t RowValues() const { return static_cast<std::size_t>(width) * channels; }
  std::size_t RowBytes() const { return RowValues() * SampleBytes(type); }
};

// Rows of an image file from the top to the bottom. Every call may throw Error (kInput); after one
// that did, the reader can only be destroyed.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  const ImageShape& shape() const { return shape_; }
  // What the samples mean: the full range of the type but for formats with fewer bits.
  Range range() const { return range_.value_or(FullRange(shape_.type)); }
  // What people should know of how the file was read, a line each without its name: a profile that
  // is not applied, an alpha channel that was dropped. Complete after the last row.
  const std::vector<std::string>& notes() const { return notes_; }
  // How the rows lie, as TIFF's tag 274 counts; 1: upright. Of what OpenImage returns always 1.
  int orientation() const { return orientation_; }
  // False where the file's layout makes the memory needed grow with the image's height.
  bool streams() const { return streams_; }
  // Reads the next row into shape().RowBytes() bytes. May be called `height` times. The last call
  // also checks that the file goes on to its end marker, where the format has one.
  virtual void ReadRow(void* row) = 0;

 protected:
  ImageShape shape_;
  std::optional<Range> range_;
  std::vector<std::string> notes_;
  int orientation_ = 1;
  bool streams_ = true;
};

// Writes an image file from the top to the bottom in memory for a few rows. Every call may throw
// Error (kOutput). Unless Finish() was called and returned, no file is left behind (OutputFile).
class RowWriter {
 public:
  RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  virtual ~RowWriter() = default;

  virtual void WriteRow(const void* row) = 0;
  // To be called after `height` rows.
  virtual void Finish() = 0;
};

// A format that is written, found by the file's extension (in any case).
struct ImageFormat {
  const char* extension;
  std::vector<SampleType> types;  // that it holds
  int only_channels;              // 0: grey and colour
  std::unique_ptr<RowWriter> (*create)(const std::filesystem::path&, const ImageShape&);

  bool Holds(SampleType type) const {
    return std::find(types.begin(), types.end(), type) != types.end();
  }
};
// Null where there is none.
const ImageFormat* FindImageFormat(const std::filesystem::path& path);
// Throws Error (kUsage) where there is none, or none with such samples.
const ImageFormat& FormatFor(const std::filesystem::path& path, SampleType type);

// Whether a file of this name in a folder is taken for an image: by the extension of a format that
// is written or read.
bool HasImageName(const std::filesystem::path& path);

// Opens an image; the content says which format it is, but of raw samples. Colours are RGB,
// palettes and values of less than 8 bits are expanded. The rows are upright, as a tag for the
// orientation wants it; colour profiles are not applied, but noted. Throws Error as ReadImage does.
std::unique_ptr<RowReader> OpenImage(const std::filesystem::path& path,
                                     const ReadOptions& options = {});
std::unique_ptr<RowReader> OpenImage(std::unique_ptr<InputFile> file,
                                     const ReadOptions& options = {});
// ReadImage of a file that is open, or in memory.
Image ReadImage(std::unique_ptr<InputFile> file);

// Whether a file with this extension may hold raw samples.
bool IsRawName(const std::filesystem::path& path);

// The rest is for the codecs.

std::unique_ptr<RowReader> OpenPng(std::unique_ptr<InputFile> file, const ReadOptions& options);
std::unique_ptr<RowReader> OpenJpeg(std::unique_ptr<InputFile> file);
std::unique_ptr<RowReader> OpenTiff(std::unique_ptr<InputFile> file, const ReadOptions& options);
std::unique_ptr<RowReader> OpenPnm(std::unique_ptr<InputFile> file);
std::unique_ptr<RowReader> OpenBmp(std::unique_ptr<InputFile> file);
std::unique_ptr<RowReader> OpenPfm(std::unique_ptr<InputFile> file);
std::unique_ptr<RowReader> OpenNpy(std::unique_ptr<InputFile> file);
// options.raw is not empty.
std::unique_ptr<RowReader> OpenRaw(std::unique_ptr<InputFile> file, const ReadOptions& options);
std::unique_ptr<RowReader> OpenWebp(std::unique_ptr<InputFile> file);
std::unique_ptr<RowReader> OpenJpeg2000(std::unique_ptr<InputFile> file);
std::unique_ptr<RowWriter> CreatePng(const std::filesystem::path& path, const ImageShape& shape);
std::unique_ptr<RowWriter> CreateJpeg(const std::filesystem::path& path, const ImageShape& shape);
// quality: 1 to 100.
std::unique_ptr<RowWriter> CreateJpeg(const std::filesystem::path& path, const ImageShape& shape,
                                      int quality);
std::unique_ptr<RowWriter> CreateTiff(const std::filesystem::path& path, const ImageShape& shape);
std::unique_ptr<RowWriter> CreatePnm(const std::filesystem::path& path, const ImageShape& shape);
std::unique_ptr<RowWriter> CreateBmp(const std::filesystem::path& path, const ImageShape& shape);
std::unique_ptr<RowWriter> CreatePfm(const std::filesystem::path& path, const ImageShape& shape);
std::unique_ptr<RowWriter> CreateNpy(const std::filesystem::path& path, const ImageShape& shape);

[[noreturn]] void ThrowCutShort(const std::filesystem::path& path);
// A kind of image that is valid but not read, such as "floating-point values".
[[noreturn]] void ThrowNotRead(const std::filesystem::path& path, const std::string& what);
[[noreturn]] void ThrowNoFourthChannel(const std::filesystem::path& path);
// page: from 1 on. what: "page" or "frame". Throws Error (kInput) where there is no such page; the
// note that there are more than one, empty where there are not.
std::string CheckPage(int page, std::uint64_t pages, const std::string& what,
                      const std::filesystem::path& path);
// Reads all of `count` bytes or throws that the image is cut short.
void ReadExactly(const InputFile& file, std::uint64_t offset, void* to, std::size_t count);

// The machine's memory in bytes.
std::uint64_t PhysicalMemory();
// Throws Error (kInput) where so much can never be available. Systems promise more memory than they
// have and end the program when it is used, so a header's claim is checked before it is believed.
void CheckMemory(std::uint64_t bytes, const std::filesystem::path& path);
// Memory that is not touched yet; CheckMemory and more.
std::unique_ptr<std::uint8_t[]> MakeBuffer(std::uint64_t bytes, const std::filesystem::path& path);

// What went wrong inside a C library, kept until its frames are left and an Error may be thrown.
class CodecErrors {
 public:
  // format: "PNG", for the message.
  CodecErrors(ErrorKind kind, std::filesystem::path path, const char* format)
      : kind_(kind), path_(std::move(path)), format_(format) {}
  CodecErrors(const CodecErrors&) = delete;
  CodecErrors& operator=(const CodecErrors&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Remembers a library's message; the first counts.
  void Note(const char* message);
  // For a library's callbacks: false where `work` throws; Throw() then throws that.
  template <typename Work>
  bool Try(Work&& work) noexcept {
    try {
      work();
      return true;
    } catch (...) {
      if (!thrown_) thrown_ = std::current_exception();
      return false;
    }
  }
  bool any() const { return thrown_ != nullptr || !message_.empty(); }
  [[noreturn]] void Throw() const;

  // For libraries whose error handler must not return: Run calls the library, the handler calls
  // Jump, and Run throws. Nothing between them may need a destructor.
  template <typename Call>
  void Run(Call&& call) {
    const auto erased = [](void* c) { (*static_cast<std::remove_reference_t<Call>*>(c))(); };
    if (!RunErased(erased, &call)) Throw();
  }
  [[noreturn]] void Jump() { std::longjmp(jump_, 1); }

 private:
  bool RunErased(void (*call)(void*), void* argument);

  ErrorKind kind_;
  std::filesystem::path path_;
  const char* format_;
  std::string message_;
  std::exception_ptr thrown_;
  std::jmp_buf jump_;
};

}  // namespace auif
