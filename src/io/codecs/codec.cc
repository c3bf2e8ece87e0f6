#include "io/codecs/codec.h"

#include <unistd.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "io/codecs/oriented.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// A format that has neither pages nor a fourth channel.
template <auto open>
std::unique_ptr<RowReader> Simple(std::unique_ptr<InputFile> file, const ReadOptions& options) {
  CheckPage(options.page, 1, "page", file->path());
  if (options.channels != Channels::kColours) ThrowNoFourthChannel(file->path());
  return open(std::move(file));
}

std::string Megabytes(std::uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MiB"; }

}  // namespace

const ImageFormat* FindImageFormat(const fs::path& path) {
  static const std::vector<SampleType> k8 = {SampleType::kUint8},
                                       k16 = {SampleType::kUint8, SampleType::kUint16},
                                       kFloat = {SampleType::kFloat},
                                       kAll = {SampleType::kUint8, SampleType::kUint16,
                                               SampleType::kFloat};
  static const ImageFormat kFormats[] = {
      {".png", k16, 0, CreatePng},  {".tif", kAll, 0, CreateTiff}, {".tiff", kAll, 0, CreateTiff},
      {".jpg", k8, 0, CreateJpeg},  {".jpeg", k8, 0, CreateJpeg},  {".bmp", k8, 0, CreateBmp},
      {".pgm", k16, 1, CreatePnm},  {".ppm", k16, 3, CreatePnm},   {".pnm", k16, 0, CreatePnm},
      {".npy", kAll, 0, CreateNpy}, {".pfm", kFloat, 0, CreatePfm}};
  const std::string extension = Lower(path.extension().string());
  for (const ImageFormat& format : kFormats) {
    if (extension == format.extension) return &format;
  }
  return nullptr;
}

bool HasImageName(const fs::path& path) {
  if (FindImageFormat(path) != nullptr) return true;
  static constexpr std::string_view kOnlyRead[] = {".webp", ".jp2", ".j2k", ".j2c", ".jpc"};
  const std::string extension = Lower(path.extension().string());
  return std::find(std::begin(kOnlyRead), std::end(kOnlyRead), extension) != std::end(kOnlyRead);
}

std::unique_ptr<RowReader> OpenImage(const fs::path& path, const ReadOptions& options) {
  return OpenImage(std::make_unique<InputFile>(path), options);
}

std::unique_ptr<RowReader> OpenImage(std::unique_ptr<InputFile> file, const ReadOptions& options) {
  using namespace std::string_view_literals;
  static constexpr std::pair<std::string_view, decltype(&OpenPng)> kFormats[] = {
      {"\x89PNG\r\n\x1a\n"sv, OpenPng},
      {"\xff\xd8"sv, Simple<OpenJpeg>},
      {"II*\0"sv, OpenTiff},
      {"MM\0*"sv, OpenTiff},
      {"II+\0"sv, OpenTiff},
      {"MM\0+"sv, OpenTiff},
      {"BM"sv, Simple<OpenBmp>},
      {"\x93NUMPY"sv, Simple<OpenNpy>},
      {"Pf"sv, Simple<OpenPfm>},
      {"PF"sv, Simple<OpenPfm>},
      {"RIFF"sv, Simple<OpenWebp>},
      {"\0\0\0\x0cjP  "sv, Simple<OpenJpeg2000>},
      {"\xff\x4f\xff\x51"sv, Simple<OpenJpeg2000>},
      {"P"sv, Simple<OpenPnm>}};
  const fs::path path = file->path();
  char start[8];
  const std::string_view found(start, file->ReadAt(0, start, sizeof(start)));
  if (found.empty()) throw Error(ErrorKind::kInput, "the file is empty", path.string());
  if (!options.raw.empty()) return OpenRaw(std::move(file), options);
  for (const auto& [signature, open] : kFormats) {
    if (!found.starts_with(signature)) continue;
    if (signature == "P" && (found.size() < 2 || found[1] < '1' || found[1] > '6')) continue;
    std::unique_ptr<RowReader> reader = open(std::move(file), options);
    if (reader->shape().width < 1 || reader->shape().height < 1) {
      throw Error(ErrorKind::kInput, "the image has no pixels", path.string());
    }
    return Upright(std::move(reader), path);
  }
  throw Error(ErrorKind::kInput, "not an image that can be read", path.string(),
              IsRawName(path)
                  ? "raw samples are read with --raw WIDTHxHEIGHT[:FORMAT[:SKIP]]"
                  : "PNG, JPEG, BMP, TIFF, PGM, WebP, JPEG 2000, PFM and .npy files are");
}

const ImageFormat& FormatFor(const fs::path& path, SampleType type) {
  const ImageFormat* format = FindImageFormat(path);
  if (format == nullptr) {
    throw Error(ErrorKind::kUsage, "unknown image format '" + path.extension().string() + "'",
                path.string(), "use .png, .jpg, .bmp, .tif, .pgm, .npy or .pfm");
  }
  if (!format->Holds(type)) {
    throw Error(ErrorKind::kUsage,
                std::string("the format does not hold ") + Name(type) + " samples", path.string(),
                format->Holds(SampleType::kFloat) ? "it holds floats alone: --bits 32f"
                : type == SampleType::kUint16     ? "use .png, .tif, .pgm or .npy"
                                                  : "use .tif, .npy or .pfm");
  }
  return *format;
}

void ThrowCutShort(const fs::path& path) {
  throw Error(ErrorKind::kInput, "the image is cut short", path.string(),
              "copy or export it again");
}

void ThrowNotRead(const fs::path& path, const std::string& what) {
  throw Error(ErrorKind::kInput, "images with " + what + " are not read", path.string(),
              "convert it to an 8- or 16-bit PNG or TIFF");
}

void ThrowNoFourthChannel(const fs::path& path) {
  throw Error(ErrorKind::kInput, "has no fourth channel", path.string(),
              "a PNG or TIFF image of colours and a fourth channel has one");
}

std::string CheckPage(int page, std::uint64_t pages, const std::string& what,
                      const fs::path& path) {
  const std::string count = std::to_string(pages) + " " + what + (pages == 1 ? "" : "s");
  if (page < 1 || static_cast<std::uint64_t>(page) > pages) {
    throw Error(ErrorKind::kInput,
                "has " + count + ", there is no " + what + " " + std::to_string(page),
                path.string());
  }
  if (pages == 1) return {};
  return "has " + count + ", of which " +
         (page == 1 ? "the first" : "number " + std::to_string(page)) +
         " is read (--page N reads another)";
}

void ReadExactly(const InputFile& file, std::uint64_t offset, void* to, std::size_t count) {
  if (file.ReadAt(offset, to, count) != count) ThrowCutShort(file.path());
}

std::uint64_t PhysicalMemory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void CheckMemory(std::uint64_t bytes, const fs::path& path) {
  static const std::uint64_t memory = PhysicalMemory();
  if (bytes <= memory) return;
  throw Error(
      ErrorKind::kInput,
      "the image needs " + Megabytes(bytes) + " of memory, the machine has " + Megabytes(memory),
      path.string());
}

std::unique_ptr<std::uint8_t[]> MakeBuffer(std::uint64_t bytes, const fs::path& path) {
  CheckMemory(bytes, path);
  std::unique_ptr<std::uint8_t[]> buffer(new (std::nothrow) std::uint8_t[bytes]);
  if (buffer == nullptr) {
    throw Error(ErrorKind::kInput, "not enough memory for the image", path.string(),
                Megabytes(bytes) + " are needed");
  }
  return buffer;
}

void CodecErrors::Note(const char* message) {
  if (!message_.empty()) return;
  message_ = *message == '\0' ? "unknown reason" : message;
  // Parts of a message may come from the file; it must stay one line of text.
  for (char& c : message_) {
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) > 126) c = '?';
  }
}

void CodecErrors::Throw() const {
  if (thrown_) std::rethrow_exception(thrown_);
  throw Error(kind_,
              kind_ == ErrorKind::kInput
                  ? "the " + std::string(format_) + " file is broken: " + message_
                  : "cannot be written as " + std::string(format_) + ": " + message_,
              path_.string());
}

bool CodecErrors::RunErased(void (*call)(void*), void* argument) {
  if (setjmp(jump_) != 0) return false;
  call(argument);
  return true;
}

}  // namespace auif
