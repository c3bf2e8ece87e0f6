// Samples without a header that is known, as cameras and frame grabbers write them.
#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "io/codecs/array.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct RawFormat {
  const char* name;
  NumberFormat numbers;
  int bits;  // that are used of an integer; 0: a float
  int channels = 1;
  bool blue_first = false;
};

constexpr NumberFormat kBytes = {NumberType::kU8, false}, kWords = {NumberType::kU16, false},
                       kBigWords = {NumberType::kU16, true};
constexpr RawFormat kFormats[] = {{"y8", kBytes, 8},
                                  {"y10", kWords, 10},
                                  {"y12", kWords, 12},
                                  {"y14", kWords, 14},
                                  {"y16", kWords, 16},
                                  {"y10be", kBigWords, 10},
                                  {"y12be", kBigWords, 12},
                                  {"y14be", kBigWords, 14},
                                  {"y16be", kBigWords, 16},
                                  {"float32", {NumberType::kF32, false}, 0},
                                  {"float32be", {NumberType::kF32, true}, 0},
                                  {"rgb24", kBytes, 8, 3},
                                  {"bgr24", kBytes, 8, 3, true}};

constexpr int kMostPixels = 1'000'000;  // across and down

const RawFormat& FindFormat(std::string_view name, const std::string& where) {
  for (const RawFormat& format : kFormats) {
    if (name == format.name) return format;
  }
  throw Error(ErrorKind::kUsage, "there is no format '" + Printable(name) + "' of raw samples",
              where, GuessAndList(name, RawFormats()));
}

std::uint64_t FrameBytes(const RawLayout& layout, const RawFormat& format) {
  return std::uint64_t(layout.width) * std::uint64_t(layout.height) *
         std::uint64_t(format.channels) * ByteSize(format.numbers.type);
}

std::string SizeText(const RawLayout& layout) {
  return std::to_string(layout.width) + "x" + std::to_string(layout.height);
}

// How many frames the file has.
std::uint64_t CountFrames(const InputFile& file, const RawLayout& layout, const RawFormat& format) {
  const std::uint64_t frame = FrameBytes(layout, format);
  const std::uint64_t bytes = file.size() - std::min(file.size(), layout.skip);
  if (bytes > 0 && bytes % frame == 0) return bytes / frame;
  std::string hint = "correct --raw: the size, the format or the bytes to skip";
  for (const RawFormat& other : kFormats) {
    if (FrameBytes(layout, other) == bytes) {
      hint = "they would be " + SizeText(layout) + ":" + other.name;
      break;
    }
  }
  throw Error(ErrorKind::kInput,
              "has " + std::to_string(bytes) + " bytes of samples" +
                  (layout.skip > 0 ? " after " + std::to_string(layout.skip) : "") + ", but " +
                  SizeText(layout) + " of " + format.name + " " +
                  (bytes < frame ? "needs " : "or several frames of it need a multiple of ") +
                  std::to_string(frame),
              file.path().string(), hint);
}

class RawReader : public ArrayReader {
 public:
  RawReader(std::unique_ptr<InputFile> file, const ArrayLayout& layout, const RawFormat& format,
            const std::string& note)
      : ArrayReader(std::move(file), layout), format_(format), most_((1 << format.bits) - 1) {
    if (!note.empty()) notes_.push_back(note);
    if (shape_.type == SampleType::kUint16) range_ = Range{0, static_cast<double>(most_)};
  }

  void ReadRow(void* row) override {
    ArrayReader::ReadRow(row);
    if (shape_.type == SampleType::kUint16 && !above_) {
      const auto* samples = static_cast<const std::uint16_t*>(row);
      above_ = std::any_of(samples, samples + shape_.RowValues(), [&](int v) { return v > most_; });
      if (above_) {
        notes_.push_back("has values of more than " + std::to_string(format_.bits) +
                         " bits: y16, or another byte order, may be its format");
      }
    }
    if (!format_.blue_first) return;
    auto* bytes = static_cast<std::uint8_t*>(row);
    for (std::size_t i = 0; i < shape_.RowValues(); i += 3) std::swap(bytes[i], bytes[i + 2]);
  }

 private:
  const RawFormat& format_;
  const int most_;
  bool above_ = false;
};

}  // namespace

const std::vector<std::string>& RawFormats() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const RawFormat& format : kFormats) names.emplace_back(format.name);
    return names;
  }();
  return kNames;
}

RawLayout ParseRawLayout(const std::string& text, const std::string& where) {
  std::string_view rest = text;
  const auto fail = [&] {
    throw Error(ErrorKind::kUsage, "'" + Printable(text) + "' is not WIDTHxHEIGHT[:FORMAT[:SKIP]]",
                where, "such as 640x512, 640x512:y14 or 640x512:y16be:64");
  };
  const auto number = [&](auto* value) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), *value);
    if (error != std::errc()) fail();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  };
  const auto expect = [&](char c) {
    if (rest.empty() || Lower(rest.substr(0, 1))[0] != c) fail();
    rest.remove_prefix(1);
  };
  RawLayout layout;
  number(&layout.width);
  expect('x');
  number(&layout.height);
  if (layout.width < 1 || layout.height < 1 || layout.width > kMostPixels ||
      layout.height > kMostPixels) {
    fail();
  }
  if (rest.empty()) return layout;
  expect(':');
  const std::string name = Lower(rest.substr(0, rest.find(':')));
  rest.remove_prefix(name.size());
  layout.format = FindFormat(name, where).name;
  if (rest.empty()) return layout;
  expect(':');
  number(&layout.skip);
  if (!rest.empty()) fail();
  return layout;
}

bool IsRawName(const fs::path& path) {
  static constexpr std::string_view kExtensions[] = {".raw", ".bin", ".y8", ".y14", ".y16"};
  return std::ranges::find(kExtensions, Lower(path.extension().string())) != std::end(kExtensions);
}

std::unique_ptr<RowReader> OpenRaw(std::unique_ptr<InputFile> file, const ReadOptions& options) {
  const RawLayout& raw = options.raw;
  const fs::path path = file->path();
  const RawFormat& format = FindFormat(raw.format, path.string());
  if (raw.width < 1 || raw.height < 1 || raw.width > kMostPixels || raw.height > kMostPixels) {
    throw Error(ErrorKind::kUsage, "raw samples have a size of 1x1 to 1000000x1000000",
                path.string());
  }
  if (options.channels != Channels::kColours) ThrowNoFourthChannel(path);
  const std::string note = CheckPage(options.page, CountFrames(*file, raw, format), "frame", path);
  ArrayLayout layout;
  layout.width = raw.width;
  layout.height = raw.height;
  layout.channels = format.channels;
  layout.numbers = format.numbers;
  layout.offset = raw.skip + static_cast<std::uint64_t>(options.page - 1) * FrameBytes(raw, format);
  return std::make_unique<RawReader>(std::move(file), layout, format, note);
}

}  // namespace auif
