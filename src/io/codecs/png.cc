// PNG through libpng.
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "base/text.h"
#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"
#include "io/codecs/exif.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

void OnError(png_structp png, png_const_charp message) {
  auto* errors = static_cast<CodecErrors*>(png_get_error_ptr(png));
  errors->Note(message);
  errors->Jump();
}

// libpng warns of what does not change the pixels: odd texts, profiles, checksums of both.
void OnWarning(png_structp, png_const_charp) {}

// Also freed where a constructor throws half-way.
struct Handle {
  ~Handle() {
    if (reads) {
      png_destroy_read_struct(&png, &info, nullptr);
    } else {
      png_destroy_write_struct(&png, &info);
    }
  }
  const bool reads;
  png_structp png = nullptr;
  png_infop info = nullptr;
};

class PngReader : public RowReader {
 public:
  PngReader(std::unique_ptr<InputFile> file, const ReadOptions& options)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "PNG") {
    CheckPage(options.page, 1, "page", file_->path());
    errors_.Run([this] { ReadHeader(); });
    CheckPlausible();
    ReadTags();
    errors_.Run([this] { SetConversions(); });
    SetChannels(options.channels);
    if (passes_ > 1) {
      streams_ = false;
      whole_ = MakeBuffer(row_bytes_ * shape_.height, file_->path());
    } else if (channels_ != shape_.channels) {
      one_ = MakeBuffer(row_bytes_, file_->path());
    }
  }

  void ReadRow(void* row) override {
    auto* from = static_cast<std::uint8_t*>(row);
    if (one_) from = one_.get();
    if (whole_) from = WholeRow(row_);
    errors_.Run([this, from] {
      if (passes_ == 1) {
        png_read_row(png_, from, nullptr);
      } else if (row_ == 0) {
        ReadWhole();
      }
      if (++row_ == shape_.height) png_read_end(png_, nullptr);
    });
    if (channels_ != shape_.channels) {
      if (shape_.type == SampleType::kUint8) {
        PickChannels(from, static_cast<std::uint8_t*>(row));
      } else {
        PickChannels(reinterpret_cast<const std::uint16_t*>(from),
                     static_cast<std::uint16_t*>(row));
      }
    } else if (from != row) {
      std::memcpy(row, from, row_bytes_);
    }
  }

 private:
  static void OnRead(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (!self->errors_.Try([&] { ReadExactly(*self->file_, self->position_, to, count); })) {
      self->errors_.Jump();
    }
    self->position_ += count;
  }

  void ReadHeader() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors_, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      errors_.Note("out of memory");
      errors_.Jump();
    }
    png_set_read_fn(png_, this, OnRead);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Texts and the like are neither needed nor looked at.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    static constexpr png_byte kLookedAt[] = "eXIf\0gAMA\0iCCP\0sRGB";
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT, kLookedAt, 4);
    png_read_info(png_, info_);
    has_four_ = png_get_color_type(png_, info_) == PNG_COLOR_TYPE_RGB_ALPHA;
  }

  // Deflate packs at most 1032 bytes into one: a header that promises more lies. Found here, it
  // costs no memory for a row or the whole image.
  void CheckPlausible() const {
    const std::uint64_t row = png_get_rowbytes(png_, info_) + 1;
    if (row > file_->size() * 1032 / png_get_image_height(png_, info_)) {
      ThrowCutShort(file_->path());
    }
  }

  void ReadTags() {
    png_uint_32 size = 0;
    png_bytep bytes = nullptr;
    if (png_get_eXIf_1(png_, info_, &size, &bytes) != 0) {
      orientation_ = ExifOrientation({bytes, size});
    }
    png_charp name = nullptr;
    int compression = 0;
    png_fixed_point gamma = 0;
    std::string note;
    if (png_get_valid(png_, info_, PNG_INFO_sRGB) != 0) return;
    if (png_get_iCCP(png_, info_, &name, &compression, &bytes, &size) != 0) {
      note = ProfileNote({bytes, size});
    } else if (png_get_gAMA_fixed(png_, info_, &gamma) != 0) {
      // In 100000ths; sRGB's is 0.45455.
      constexpr int kSrgbGamma = 45455, kNear = 1000;
      if (std::abs(gamma - kSrgbGamma) > kNear) {
        note = "its gamma of " + NumberText(gamma / 1e5) + " is not applied";
      }
    }
    if (!note.empty()) notes_.push_back(std::move(note));
  }

  void SetConversions() {
    png_set_expand(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    shape_.width = static_cast<int>(png_get_image_width(png_, info_));
    shape_.height = static_cast<int>(png_get_image_height(png_, info_));
    channels_ = png_get_channels(png_, info_);
    row_bytes_ = png_get_rowbytes(png_, info_);
    shape_.type = png_get_bit_depth(png_, info_) == 8 ? SampleType::kUint8 : SampleType::kUint16;
  }

  void SetChannels(Channels channels) {
    const bool alpha = channels_ == 2 || channels_ == 4;  // the last, also of a transparent colour
    shape_.channels = channels_ - alpha;
    check_alpha_ = alpha && channels == Channels::kColours;
    if (channels == Channels::kColours) return;
    if (!has_four_) {
      ThrowNoFourthChannel(file_->path());
    }
    if (channels == Channels::kFourth) {
      first_ = 3;
      shape_.channels = 1;
    }
  }

  template <typename T>
  void PickChannels(const T* from, T* to) {
    for (int x = 0; x < shape_.width; ++x, from += channels_, to += shape_.channels) {
      std::copy(from + first_, from + first_ + shape_.channels, to);
      if (check_alpha_ && from[channels_ - 1] != std::numeric_limits<T>::max()) {
        check_alpha_ = false;
        notes_.push_back("its alpha channel is not used");
      }
    }
  }

  std::uint8_t* WholeRow(int y) const { return whole_.get() + y * row_bytes_; }
  void ReadWhole() {
    for (int pass = 0; pass < passes_; ++pass) {
      for (int y = 0; y < shape_.height; ++y) png_read_row(png_, WholeRow(y), nullptr);
    }
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  Handle handle_{.reads = true};
  png_structp& png_ = handle_.png;
  png_infop& info_ = handle_.info;
  std::uint64_t position_ = 0;
  int passes_ = 1;
  int row_ = 0;
  bool has_four_ = false;  // channels in the file
  int channels_ = 1;       // as they are decoded
  std::size_t row_bytes_ = 0;
  int first_ = 0;                          // of the channels that are read
  bool check_alpha_ = false;               // whether all of it is full
  std::unique_ptr<std::uint8_t[]> one_;    // a row of more channels than are read
  std::unique_ptr<std::uint8_t[]> whole_;  // of an interlaced image
};

class PngWriter : public RowWriter {
 public:
  PngWriter(const fs::path& path, const ImageShape& shape)
      : file_(path), errors_(ErrorKind::kOutput, path, "PNG") {
    errors_.Run([&] { Start(shape); });
  }

  void WriteRow(const void* row) override {
    errors_.Run([this, row] { png_write_row(png_, static_cast<png_const_bytep>(row)); });
  }
  void Finish() override {
    errors_.Run([this] { png_write_end(png_, nullptr); });
    file_.Commit();
  }

 private:
  static void OnWrite(png_structp png, png_bytep from, std::size_t count) {
    auto* self = static_cast<PngWriter*>(png_get_io_ptr(png));
    if (!self->errors_.Try([&] { self->file_.Write(from, count); })) self->errors_.Jump();
  }
  static void OnFlush(png_structp) {}

  void Start(const ImageShape& shape) {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors_, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      errors_.Note("out of memory");
      errors_.Jump();
    }
    png_set_write_fn(png_, this, OnWrite, OnFlush);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(shape.width),
                 static_cast<png_uint_32>(shape.height),
                 8 * static_cast<int>(SampleBytes(shape.type)),
                 shape.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Each pixel less the mean of its left and upper neighbour, packed without looking for repeats:
    // images from cameras have noise and next to none. On fused 640x512 images 0.58 bytes a
    // pixel in 3.7 ms; zlib's default search takes 36 ms for 0.61 bytes, all filters 59 ms for
    // 0.56.
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_AVG);
    png_set_compression_level(png_, 1);
    png_set_compression_strategy(png_, Z_RLE);
    png_set_compression_buffer_size(png_, std::size_t{1} << 16);
    png_write_info(png_, info_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
  }

  OutputFile file_;
  CodecErrors errors_;
  Handle handle_{.reads = false};
  png_structp& png_ = handle_.png;
  png_infop& info_ = handle_.info;
};

}  // namespace

std::unique_ptr<RowReader> OpenPng(std::unique_ptr<InputFile> file, const ReadOptions& options) {
  return std::make_unique<PngReader>(std::move(file), options);
}

std::unique_ptr<RowWriter> CreatePng(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<PngWriter>(path, shape);
}

}  // namespace auif
