// JPEG 2000 through OpenJPEG: a codestream (.j2k, ITU-T T.800 annex A), or one in boxes (.jp2,
// annex I). The boxes and the codestream's size are read here, so that the library sees nothing but
// a codestream whose claims have been checked: it believes them.
#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/bytes.h"
#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"

namespace auif {
namespace {

struct CloseStream {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
struct CloseCodec {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
struct CloseImage {
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};

class Jpeg2000Reader : public RowReader {
 public:
  explicit Jpeg2000Reader(std::unique_ptr<InputFile> file)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "JPEG 2000") {
    streams_ = false;
    end_ = file_->size();
    if (Number(0, 2) != kStart) ReadBoxes(0, end_, 0);
    ReadSize();
  }

  void ReadRow(void* row) override {
    if (!image_) Decode();
    for (int c = 0; c < shape_.channels; ++c) {
      const OPJ_INT32* from = image_->comps[c].data + y_ * static_cast<std::size_t>(shape_.width);
      for (int x = 0; x < shape_.width; ++x) {
        const int value = std::clamp(from[x], 0, most_);
        const std::size_t to = static_cast<std::size_t>(x) * shape_.channels + c;
        if (shape_.type == SampleType::kUint8) {
          static_cast<std::uint8_t*>(row)[to] = static_cast<std::uint8_t>(value);
        } else {
          static_cast<std::uint16_t*>(row)[to] = static_cast<std::uint16_t>(value);
        }
      }
    }
    ++y_;
  }

 private:
  static constexpr std::uint32_t kStart = 0xff4f, kSize = 0xff51, kEnd = 0xffd9;  // markers
  static constexpr int kMostBoxes = 1000;

  [[noreturn]] void Fail(const char* message) {
    errors_.Note(message);
    errors_.Throw();
  }
  // Big-endian, of up to four bytes.
  std::uint32_t Number(std::uint64_t at, int bytes) const {
    std::uint8_t read[4];
    ReadExactly(*file_, at, read, static_cast<std::size_t>(bytes));
    return BigEndian(read, static_cast<std::size_t>(bytes));
  }

  // Up to the codestream, whose place start_ and end_ become.
  void ReadBoxes(std::uint64_t at, std::uint64_t end, int depth) {
    while (end - at >= 8) {
      if (++boxes_ > kMostBoxes) Fail("too many boxes");
      std::uint64_t size = Number(at, 4), header = 8;
      char name[4];
      ReadExactly(*file_, at + 4, name, sizeof(name));
      const std::string_view type(name, sizeof(name));
      if (size == 1) {
        if (end - at < 16) ThrowCutShort(file_->path());
        size = std::uint64_t{Number(at + 8, 4)} << 32 | Number(at + 12, 4);
        header = 16;
      } else if (size == 0) {
        size = end - at;  // to the end
      }
      if (size < header) Fail("a box is smaller than its header");
      if (size > end - at) ThrowCutShort(file_->path());
      const std::uint64_t data = at + header, data_end = at + size;
      if (depth == 0 && type == "jp2c") {
        start_ = data;
        end_ = data_end;
        return;
      }
      if (depth == 0 && type == "jp2h") ReadBoxes(data, data_end, 1);
      if (depth == 1 && type == "pclr") ThrowNotRead(file_->path(), "a JPEG 2000 palette");
      if (depth == 1 && type == "colr") ReadColours(data, data_end - data);
      at = data_end;
    }
    if (depth == 0) ThrowCutShort(file_->path());
  }

  // The first that says something counts.
  void ReadColours(std::uint64_t at, std::uint64_t size) {
    constexpr std::uint32_t kEnumerated = 1, kProfile = 2, kSrgb = 16, kGrey = 17;
    constexpr std::uint64_t kMostProfile = std::uint64_t{4} << 20;
    if (size < 3 || has_colours_) return;
    const std::uint32_t method = Number(at, 1);
    if (method == kEnumerated && size >= 7) {
      const std::uint32_t space = Number(at + 3, 4);
      if (space != kSrgb && space != kGrey) {
        ThrowNotRead(file_->path(), "JPEG 2000 colours of kind " + std::to_string(space));
      }
      has_colours_ = true;
    } else if (method == kProfile && size - 3 <= kMostProfile) {
      std::vector<std::uint8_t> profile(static_cast<std::size_t>(size - 3));
      ReadExactly(*file_, at + 3, profile.data(), profile.size());
      std::string note = ProfileNote(profile);
      if (!note.empty()) notes_.push_back(std::move(note));
      has_colours_ = true;
    }
  }

  // The segment SIZ, which must come first.
  void ReadSize() {
    if (end_ - start_ < 8 || Number(start_, 2) != kStart || Number(start_ + 2, 2) != kSize) {
      Fail("its codestream has no size");
    }
    const std::uint64_t at = start_ + 4;  // Lsiz Rsiz Xsiz Ysiz XOsiz YOsiz XTsiz YTsiz XT0 YT0 C
    std::uint64_t values[8];
    for (std::uint64_t i = 0; i < 8; ++i) values[i] = Number(at + 4 + 4 * i, 4);
    const auto [right, bottom, left, top, tile_width, tile_height, tile_left, tile_top] = values;
    const std::uint32_t components = Number(at + 36, 2);
    constexpr std::uint64_t kMost = 0x7fffffff;
    if (right > kMost || bottom > kMost) ThrowNotRead(file_->path(), "more than 2^31 columns");
    if (left >= right || top >= bottom || tile_width == 0 || tile_height == 0 || tile_left > left ||
        tile_top > top) {
      Fail("it has no pixels");
    }
    if (components < 1 || components > 4) {
      ThrowNotRead(file_->path(), std::to_string(components) + " channels");
    }
    const std::uint32_t bits = Number(at + 38, 1) + 1;
    for (std::uint32_t c = 0; c < components; ++c) {
      const std::uint64_t sampling = at + 38 + 3 * std::uint64_t{c};
      if (Number(sampling + 1, 1) != 1 || Number(sampling + 2, 1) != 1) {
        ThrowNotRead(file_->path(), "channels of different sizes");
      }
      if (Number(sampling, 1) + 1 != bits) {
        ThrowNotRead(file_->path(), "channels of different depths");
      }
    }
    if (bits > 16) {
      ThrowNotRead(file_->path(), bits > 128 ? "signed values" : std::to_string(bits) + " bits");
    }
    shape_.width = static_cast<int>(right - left);
    shape_.height = static_cast<int>(bottom - top);
    shape_.channels = components >= 3 ? 3 : 1;
    shape_.type = bits <= 8 ? SampleType::kUint8 : SampleType::kUint16;
    most_ = (1 << bits) - 1;
    if (bits != 8 && bits != 16) range_ = Range{0, static_cast<double>(most_)};
    if (components % 2 == 0) notes_.emplace_back("its alpha channel is dropped");
    components_ = components;

    // A tile has a header of 14 bytes at least. Nothing that a camera sees packs into less than a
    // bit for 2000 pixels: a header that promises more lies.
    const auto count = [](std::uint64_t end, std::uint64_t start, std::uint64_t step) {
      return (end - start + step - 1) / step;
    };
    constexpr std::uint64_t kTileHeader = 14, kMostPacked = 16'384, kAlways = 1 << 24;
    const std::uint64_t across = count(right, tile_left, tile_width),
                        down = count(bottom, tile_top, tile_height),
                        most_tiles = (end_ - start_) / kTileHeader,
                        pixels = static_cast<std::uint64_t>(shape_.width) *
                                 static_cast<std::uint64_t>(shape_.height);
    if (across > most_tiles || down > most_tiles / across ||
        (pixels > kAlways && pixels / kMostPacked > end_ - start_) || Number(end_ - 2, 2) != kEnd) {
      ThrowCutShort(file_->path());
    }
    // Integers of 32 bits, of the tile that is decoded and of the image.
    CheckMemory(pixels * components * sizeof(OPJ_INT32) * 2, file_->path());
  }

  static OPJ_SIZE_T Read(void* to, OPJ_SIZE_T count, void* user) {
    auto* self = static_cast<Jpeg2000Reader*>(user);
    std::size_t got = 0;
    const std::uint64_t left = self->end_ - std::min(self->end_, self->position_);
    self->errors_.Try([&] {
      got = self->file_->ReadAt(self->position_, to, std::min<std::uint64_t>(count, left));
    });
    self->position_ += got;
    return got == 0 ? static_cast<OPJ_SIZE_T>(-1) : got;
  }
  static OPJ_OFF_T Skip(OPJ_OFF_T count, void* user) {
    auto* self = static_cast<Jpeg2000Reader*>(user);
    const std::uint64_t left = self->end_ - std::min(self->end_, self->position_);
    if (count < 0 || static_cast<std::uint64_t>(count) > left) return -1;
    self->position_ += static_cast<std::uint64_t>(count);
    return count;
  }
  static OPJ_BOOL Seek(OPJ_OFF_T place, void* user) {
    auto* self = static_cast<Jpeg2000Reader*>(user);
    if (place < 0 || static_cast<std::uint64_t>(place) > self->end_ - self->start_) {
      return OPJ_FALSE;
    }
    self->position_ = self->start_ + static_cast<std::uint64_t>(place);
    return OPJ_TRUE;
  }
  // What it only warns of is made up as well.
  static void OnMessage(const char* message, void* user) {
    static_cast<Jpeg2000Reader*>(user)->errors_.Note(
        std::string(message).substr(0, std::string_view(message).find('\n')).c_str());
  }

  void Decode() {
    position_ = start_;
    const std::unique_ptr<opj_stream_t, CloseStream> stream(opj_stream_default_create(OPJ_TRUE));
    const std::unique_ptr<opj_codec_t, CloseCodec> codec(opj_create_decompress(OPJ_CODEC_J2K));
    if (stream == nullptr || codec == nullptr) Fail("out of memory");
    opj_stream_set_user_data(stream.get(), this, nullptr);
    opj_stream_set_user_data_length(stream.get(), end_ - start_);
    opj_stream_set_read_function(stream.get(), Read);
    opj_stream_set_skip_function(stream.get(), Skip);
    opj_stream_set_seek_function(stream.get(), Seek);
    opj_set_error_handler(codec.get(), OnMessage, this);
    opj_set_warning_handler(codec.get(), OnMessage, this);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t* image = nullptr;
    bool done = opj_setup_decoder(codec.get(), &parameters) == OPJ_TRUE &&
                opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE) == OPJ_TRUE &&
                opj_read_header(stream.get(), codec.get(), &image) == OPJ_TRUE;
    std::unique_ptr<opj_image_t, CloseImage> held(image);
    done = done && opj_decode(codec.get(), stream.get(), image) == OPJ_TRUE &&
           opj_end_decompress(codec.get(), stream.get()) == OPJ_TRUE;
    if (!done || errors_.any()) Fail("its data cannot be decoded");
    bool same = image->numcomps == components_;
    for (std::uint32_t c = 0; same && c < components_; ++c) {
      const opj_image_comp_t& component = image->comps[c];
      same = component.data != nullptr && component.w == static_cast<OPJ_UINT32>(shape_.width) &&
             component.h == static_cast<OPJ_UINT32>(shape_.height);
    }
    if (!same) Fail("its channels are not those of its header");
    image_ = std::move(held);
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  std::uint64_t start_ = 0, end_ = 0;  // of the codestream
  std::uint64_t position_ = 0;
  int boxes_ = 0;
  bool has_colours_ = false;
  std::uint32_t components_ = 0;
  int most_ = 255;  // the largest value
  std::unique_ptr<opj_image_t, CloseImage> image_;
  std::size_t y_ = 0;
};

}  // namespace

std::unique_ptr<RowReader> OpenJpeg2000(std::unique_ptr<InputFile> file) {
  return std::make_unique<Jpeg2000Reader>(std::move(file));
}

}  // namespace auif
