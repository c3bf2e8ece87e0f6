// TIFF and BigTIFF through libtiff.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "io/codecs/array.h"
#include "io/codecs/colour_profile.h"
#include "io/codecs/tiff_handle.h"

namespace auif {
namespace {

class TiffReader : public RowReader {
 public:
  TiffReader(std::unique_ptr<InputFile> file, const ReadOptions& options)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "TIFF") {
    const TiffPages list = ListTiffPages(*file_);
    const std::string note = CheckPage(options.page, list.pages.size(), "page", file_->path());
    if (!note.empty()) notes_.push_back(note);
    if (list.broken) notes_.push_back("its list of pages is damaged: there may be more of them");
    page_ = list.pages[static_cast<std::size_t>(options.page - 1)];
    // The library can do without the directory's last word.
    if (!page_.complete) ThrowCutShort(file_->path());
    tiffs_[0].Open(this);
    ReadHeader(options.channels);
    if (tiled_) {
      PrepareTiles();
    } else {
      PrepareStrips();
    }
    ReadTags();
    strict_ = true;
  }

  void ReadRow(void* row) override {
    std::array<const std::uint8_t*, 3> planes{};
    for (int p = 0; p < planes_; ++p) planes[p] = tiled_ ? TileRow(p) : StripRow(p);
    ++y_;
    if (photometric_ == PHOTOMETRIC_PALETTE || file_bits_ < 8) {
      ExpandRow(planes[0], static_cast<std::uint8_t*>(row));
    } else if (packed_) {
      UnpackRow(planes, static_cast<std::uint16_t*>(row));
    } else {
      CopyRow(planes, static_cast<std::uint8_t*>(row));
    }
    if (photometric_ != PHOTOMETRIC_MINISWHITE) return;
    if (shape_.type == SampleType::kUint8) {
      auto* values = static_cast<std::uint8_t*>(row);
      for (int x = 0; x < shape_.width; ++x) values[x] = static_cast<std::uint8_t>(~values[x]);
    } else {
      auto* values = static_cast<std::uint16_t*>(row);
      const int most = (1 << file_bits_) - 1;
      for (int x = 0; x < shape_.width; ++x) {
        values[x] = static_cast<std::uint16_t>(most - values[x]);
      }
    }
  }

 private:
  // A handle with a position of its own.
  struct Handle {
    TiffReader* self = nullptr;
    std::uint64_t position = 0;
    Tiff tiff;

    void Open(TiffReader* reader) {
      self = reader;
      // A table can be as long as the file, a codec's row as long as a row; no more is needed.
      const std::uint64_t most = reader->file_->size() + (std::uint64_t{256} << 20);
      tiff = OpenTiffHandle(
          "rm", this, Read, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, Seek, Size,
          OnWarning, reader, &reader->errors_, static_cast<tmsize_t>(most));
      if (TIFFCurrentDirOffset(tiff.get()) != reader->page_.offset) {
        reader->Check(TIFFSetSubDirectory(tiff.get(), reader->page_.offset) == 1);
      }
    }
    static tmsize_t Read(thandle_t handle, void* to, tmsize_t count) {
      auto* h = static_cast<Handle*>(handle);
      std::size_t got = 0;
      h->self->errors_.Try(
          [&] { got = h->self->file_->ReadAt(h->position, to, static_cast<std::size_t>(count)); });
      h->position += got;
      return static_cast<tmsize_t>(got);
    }
    static toff_t Seek(thandle_t handle, toff_t offset, int whence) {
      auto* h = static_cast<Handle*>(handle);
      if (whence == SEEK_CUR) offset += h->position;
      if (whence == SEEK_END) offset += h->self->file_->size();
      return h->position = offset;
    }
    static toff_t Size(thandle_t handle) {
      return static_cast<Handle*>(handle)->self->file_->size();
    }
  };

  // Of the header libtiff warns freely, of tags that it does not know for instance. While it
  // decodes, a warning means that it made up pixels.
  static int OnWarning(TIFF* tiff, void* reader, const char* module, const char* format,
                       va_list arguments) {
    auto* self = static_cast<TiffReader*>(reader);
    return self->strict_ ? OnTiffError(tiff, &self->errors_, module, format, arguments) : 1;
  }

  TIFF* tiff(int plane = 0) const { return tiffs_[plane].tiff.get(); }
  template <typename T>
  T Field(std::uint32_t tag) const {
    T value{};
    TIFFGetFieldDefaulted(tiff(), tag, &value);
    return value;
  }
  // The file's sample in a plane that is read.
  std::uint16_t Sample(int plane) const {
    return static_cast<std::uint16_t>(separate_ ? first_ + plane : 0);
  }
  void Check(bool done) {
    if (done && !errors_.any()) return;
    errors_.Note("its data cannot be decoded");
    errors_.Throw();
  }

  void ReadHeader(Channels channels) {
    const auto width = Field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
    const auto height = Field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
    constexpr std::uint32_t kMost = 0x7fffffff;
    if (width > kMost || height > kMost) ThrowNotRead(file_->path(), "more than 2^31 columns");
    if (width == 0 || height == 0) {
      errors_.Note("it has no pixels");
      errors_.Throw();
    }
    shape_.width = static_cast<int>(width);
    shape_.height = static_cast<int>(height);
    file_bits_ = Field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
    samples_ = Field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
    compression_ = Field<std::uint16_t>(TIFFTAG_COMPRESSION);
    tiled_ = TIFFIsTiled(tiff()) != 0;
    separate_ = Field<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
    photometric_ = PHOTOMETRIC_MINISBLACK;
    if (TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &photometric_) == 0 && samples_ >= 3) {
      photometric_ = PHOTOMETRIC_RGB;
    }
    // Where the palette is damaged, the library takes its indices for greys.
    if (page_.photometric == PHOTOMETRIC_PALETTE && photometric_ != PHOTOMETRIC_PALETTE) {
      errors_.Note("its palette cannot be read");
      errors_.Throw();
    }
    static constexpr int kCodecs[] = {
        COMPRESSION_NONE,    COMPRESSION_LZW,  COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE,
        COMPRESSION_DEFLATE, COMPRESSION_JPEG, COMPRESSION_LZMA,     COMPRESSION_ZSTD};
    if (std::find(std::begin(kCodecs), std::end(kCodecs), compression_) == std::end(kCodecs) ||
        TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression_)) == 0) {
      ThrowNotRead(file_->path(), "TIFF compression " + std::to_string(compression_));
    }
    if (compression_ == COMPRESSION_JPEG && photometric_ == PHOTOMETRIC_YCBCR && !separate_) {
      TIFFSetField(tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      photometric_ = PHOTOMETRIC_RGB;
    }
    const bool grey =
        photometric_ == PHOTOMETRIC_MINISBLACK || photometric_ == PHOTOMETRIC_MINISWHITE;
    const bool palette = photometric_ == PHOTOMETRIC_PALETTE && samples_ == 1;
    if (!palette && !(grey && samples_ >= 1) &&
        !(photometric_ == PHOTOMETRIC_RGB && samples_ >= 3)) {
      ThrowNotRead(file_->path(), "TIFF colours of kind " + std::to_string(photometric_));
    }
    shape_.channels = grey ? 1 : 3;
    SetNumbers(palette);
    if (palette) ReadPalette();
    SetChannels(channels);
    planes_ = separate_ ? shape_.channels : 1;
    if (palette) planes_ = 1;
    samples_a_plane_ = separate_ ? 1 : samples_;
    row_bytes_ = (std::uint64_t{width} * samples_a_plane_ * file_bits_ + 7) / 8;
  }

  // What the numbers are, and which samples they become.
  void SetNumbers(bool palette) {
    const auto format = Field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
    const bool integer = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
    const bool few = file_bits_ == 1 || file_bits_ == 2 || file_bits_ == 4;
    packed_ = integer && !palette && (file_bits_ == 10 || file_bits_ == 12 || file_bits_ == 14);
    static constexpr struct {
      int format, bits;
      NumberType type;
    } kTypes[] = {
        {SAMPLEFORMAT_UINT, 8, NumberType::kU8},     {SAMPLEFORMAT_UINT, 16, NumberType::kU16},
        {SAMPLEFORMAT_UINT, 32, NumberType::kU32},   {SAMPLEFORMAT_INT, 8, NumberType::kI8},
        {SAMPLEFORMAT_INT, 16, NumberType::kI16},    {SAMPLEFORMAT_INT, 32, NumberType::kI32},
        {SAMPLEFORMAT_IEEEFP, 16, NumberType::kF16}, {SAMPLEFORMAT_IEEEFP, 32, NumberType::kF32},
        {SAMPLEFORMAT_IEEEFP, 64, NumberType::kF64}};
    bool known = packed_ || (integer && few && samples_ == 1);
    for (const auto& type : kTypes) {
      if (type.bits != file_bits_ || type.format != (integer ? SAMPLEFORMAT_UINT : format))
        continue;
      numbers_.type = type.type;
      known = !palette || file_bits_ == 8;
    }
    if (!known) {
      ThrowNotRead(file_->path(), std::to_string(file_bits_) + " bits a sample" +
                                      (integer                         ? ""
                                       : format == SAMPLEFORMAT_INT    ? " (signed)"
                                       : format == SAMPLEFORMAT_IEEEFP ? " (floating-point)"
                                                                       : " (complex)"));
    }
    shape_.type = packed_ ? SampleType::kUint16 : SampleTypeOf(numbers_.type);
    if (packed_) range_ = Range{0, static_cast<double>((1 << file_bits_) - 1)};
    if (shape_.type == SampleType::kFloat && photometric_ == PHOTOMETRIC_MINISWHITE) {
      ThrowNotRead(file_->path(), "white at zero in signed or floating-point values");
    }
  }

  // Which of the samples are read, and what is to be said of the others.
  void SetChannels(Channels channels) {
    const int colours = shape_.channels;
    if (channels != Channels::kColours) {
      if (photometric_ != PHOTOMETRIC_RGB || samples_ < 4) ThrowNoFourthChannel(file_->path());
      if (channels == Channels::kFourth) {
        first_ = 3;
        shape_.channels = 1;
      }
      return;
    }
    if (samples_ <= colours) return;
    std::uint16_t count = 0;
    std::uint16_t* kinds = nullptr;
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_EXTRASAMPLES, &count, &kinds);
    const bool alpha =
        count > 0 && (kinds[0] == EXTRASAMPLE_ASSOCALPHA || kinds[0] == EXTRASAMPLE_UNASSALPHA);
    if (alpha && !separate_ && !packed_ && shape_.type != SampleType::kFloat) {
      alpha_ = colours;  // looked at as rows are read
    } else if (alpha) {
      notes_.push_back("has an alpha channel, which is not used");
    } else if (samples_ == 4 && colours == 3) {
      notes_.push_back("its fourth channel is not used: if it is thermal, give --rgbt");
    } else {
      notes_.push_back("has " + std::to_string(samples_) + " channels, of which the first " +
                       (colours == 1 ? "is" : "three are") + " used");
    }
  }

  void ReadTags() {
    const int orientation = Field<std::uint16_t>(TIFFTAG_ORIENTATION);
    if (orientation >= 1 && orientation <= 8) orientation_ = orientation;
    std::uint32_t size = 0;
    void* profile = nullptr;
    if (TIFFGetField(tiff(), TIFFTAG_ICCPROFILE, &size, &profile) == 0) return;
    std::string note = ProfileNote({static_cast<const std::uint8_t*>(profile), size});
    if (!note.empty()) notes_.push_back(std::move(note));
  }

  void ReadPalette() {
    std::uint16_t* map[3];
    if (TIFFGetField(tiff(), TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) == 0) {
      errors_.Note("it has no palette");
      errors_.Throw();
    }
    const int count = 1 << file_bits_;
    // The palette's values have 16 bits; some writers store 8-bit ones all the same.
    bool wide = false;
    for (const std::uint16_t* channel : map) {
      wide = wide || std::any_of(channel, channel + count, [](int v) { return v > 255; });
    }
    for (int i = 0; i < count; ++i) {
      for (int c = 0; c < 3; ++c) {
        palette_[i][c] = static_cast<std::uint8_t>(wide ? map[c][i] >> 8 : map[c][i]);
      }
    }
  }

  // Strips or tiles that lie beyond the end show a cut before any memory is taken.
  void CheckComplete(std::uint32_t count) {
    // None of the old codecs packs more than this: a header that promises more lies.
    constexpr std::uint64_t kMostPacked = 4096;
    const bool old = compression_ != COMPRESSION_JPEG && compression_ != COMPRESSION_LZMA &&
                     compression_ != COMPRESSION_ZSTD;
    if (old && row_bytes_ * planes_ > (file_->size() / shape_.height + 1) * kMostPacked) {
      ThrowCutShort(file_->path());
    }

    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint64_t start = TIFFGetStrileOffset(tiff(), i);
      const std::uint64_t bytes = TIFFGetStrileByteCount(tiff(), i);
      if (start > file_->size() || bytes > file_->size() - start) ThrowCutShort(file_->path());
      if (bytes == 0) Check(false);
    }
  }

  void PrepareStrips() {
    CheckComplete(TIFFNumberOfStrips(tiff()));
    const auto rows = Field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP);
    rows_a_strip_ = std::min<std::uint32_t>(rows, static_cast<std::uint32_t>(shape_.height));
    if (rows_a_strip_ == 0 ||
        static_cast<std::uint64_t>(TIFFScanlineSize64(tiff())) != row_bytes_) {
      Check(false);
    }
    // The library holds a whole strip as it is in the file, which may be the whole image. Plain
    // rows are read without it.
    plain_ = compression_ == COMPRESSION_NONE &&
             Field<std::uint16_t>(TIFFTAG_FILLORDER) == FILLORDER_MSB2LSB;
    if (plain_) numbers_.big_endian = TIFFIsBigEndian(tiff()) != 0;
    streams_ = plain_ || rows_a_strip_ < static_cast<std::uint32_t>(shape_.height);
    // A handle decodes one strip at a time from its start, so each plane has its own.
    for (int p = 1; p < planes_ && !plain_; ++p) tiffs_[p].Open(this);
    buffer_ = MakeBuffer(row_bytes_ * planes_, file_->path());
  }

  const std::uint8_t* StripRow(int plane) {
    std::uint8_t* row = buffer_.get() + plane * row_bytes_;
    const auto y = static_cast<std::uint32_t>(y_);
    if (!plain_) {
      Check(TIFFReadScanline(tiff(plane), row, y, Sample(plane)) == 1);
      return row;
    }
    const std::uint32_t strip = TIFFComputeStrip(tiff(), y, Sample(plane));
    const std::uint64_t start = y % rows_a_strip_ * row_bytes_;
    Check(start + row_bytes_ <= TIFFGetStrileByteCount(tiff(), strip));
    ReadExactly(*file_, TIFFGetStrileOffset(tiff(), strip) + start, row, row_bytes_);
    return row;
  }

  // A row of tiles is held for each plane.
  void PrepareTiles() {
    CheckComplete(TIFFNumberOfTiles(tiff()));
    tile_width_ = Field<std::uint32_t>(TIFFTAG_TILEWIDTH);
    tile_height_ = Field<std::uint32_t>(TIFFTAG_TILELENGTH);
    tile_row_bytes_ = TIFFTileRowSize64(tiff());
    const std::uint64_t tile_bytes = TIFFTileSize64(tiff());
    if (tile_height_ == 0 || tile_bytes != tile_row_bytes_ * tile_height_ ||
        tile_row_bytes_ != (std::uint64_t{tile_width_} * samples_a_plane_ * file_bits_ + 7) / 8 ||
        std::uint64_t{tile_width_} * samples_a_plane_ * file_bits_ % 8 != 0) {
      Check(false);
    }
    streams_ = tile_height_ < static_cast<std::uint32_t>(shape_.height);
    band_rows_ = std::min<std::uint64_t>(tile_height_, static_cast<std::uint64_t>(shape_.height));
    // The product of both may be too large for 64 bits.
    if (band_rows_ > PhysicalMemory() / (row_bytes_ * planes_)) {
      CheckMemory(~std::uint64_t{0}, file_->path());
    }
    buffer_ = MakeBuffer(row_bytes_ * planes_ * band_rows_, file_->path());
    tile_ = MakeBuffer(tile_bytes, file_->path());
  }

  const std::uint8_t* TileRow(int plane) {
    const auto y = static_cast<std::uint32_t>(y_) % tile_height_;
    std::uint8_t* band = buffer_.get() + plane * row_bytes_ * band_rows_;
    if (y == 0) ReadTiles(plane, band);
    return band + y * row_bytes_;
  }

  void ReadTiles(int plane, std::uint8_t* band) {
    const std::uint64_t rows =
        std::min<std::uint64_t>(band_rows_, static_cast<std::uint64_t>(shape_.height - y_));
    for (std::uint64_t x = 0, at = 0; at < row_bytes_; x += tile_width_, at += tile_row_bytes_) {
      Check(TIFFReadTile(tiff(), tile_.get(), static_cast<std::uint32_t>(x),
                         static_cast<std::uint32_t>(y_), 0, Sample(plane)) >= 0);
      const std::uint64_t bytes = std::min(tile_row_bytes_, row_bytes_ - at);
      for (std::uint64_t r = 0; r < rows; ++r) {
        std::memcpy(band + r * row_bytes_ + at, tile_.get() + r * tile_row_bytes_, bytes);
      }
    }
  }

  // Values of a palette, or of up to 4 bits.
  void ExpandRow(const std::uint8_t* from, std::uint8_t* to) const {
    const int channels = shape_.channels, most = (1 << file_bits_) - 1;
    for (int x = 0; x < shape_.width; ++x, to += channels) {
      const std::uint64_t bit = std::uint64_t(x) * file_bits_;
      const int value = from[bit / 8] >> (8 - file_bits_ - bit % 8) & most;
      for (int c = 0; c < channels; ++c) {
        to[c] = static_cast<std::uint8_t>(channels == 3 ? palette_[value][c] : value * 255 / most);
      }
    }
  }

  // Values of 10, 12 or 14 bits, the high ones first, whatever the file's byte order.
  void UnpackRow(const std::array<const std::uint8_t*, 3>& planes, std::uint16_t* row) const {
    const int channels = shape_.channels;
    for (int p = 0; p < planes_; ++p) {
      const std::uint8_t* from = planes[p];
      std::uint32_t bits = 0;
      int have = 0;
      std::uint16_t* to = row + p;
      for (int x = 0; x < shape_.width; ++x, to += channels) {
        for (int s = 0; s < samples_a_plane_; ++s) {
          for (; have < file_bits_; have += 8) bits = bits << 8 | *from++;
          have -= file_bits_;
          const int c = separate_ ? 0 : s - first_;
          if (c < 0 || c >= channels) continue;
          to[c] = static_cast<std::uint16_t>(bits >> have & ((1u << file_bits_) - 1));
        }
      }
    }
  }

  void CopyRow(const std::array<const std::uint8_t*, 3>& planes, std::uint8_t* row) {
    const std::size_t bytes = ByteSize(numbers_.type), step = bytes * samples_a_plane_;
    const auto width = static_cast<std::size_t>(shape_.width);
    if (planes_ == 1 && samples_a_plane_ == shape_.channels) {
      return CopyNumbers(numbers_, planes[0], bytes, shape_.RowValues(), row, 1);
    }
    for (int c = 0; c < shape_.channels; ++c) {
      const std::uint8_t* from = separate_ ? planes[c] : planes[0] + (first_ + c) * bytes;
      CopyNumbers(numbers_, from, step, width, row + c * SampleBytes(shape_.type),
                  static_cast<std::size_t>(shape_.channels));
    }
    if (alpha_ < 0) return;
    // Full is all bits set in either byte order.
    const std::uint8_t* alpha = planes[0] + alpha_ * bytes;
    for (std::size_t x = 0; x < width; ++x, alpha += step) {
      if (std::all_of(alpha, alpha + bytes, [](int v) { return v == 255; })) continue;
      notes_.push_back("its alpha channel is not used");
      alpha_ = -1;
      return;
    }
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  TiffPage page_;
  bool strict_ = false;
  std::array<Handle, 3> tiffs_;

  int file_bits_ = 0, samples_ = 0, compression_ = 0;
  std::uint16_t photometric_ = 0;
  bool tiled_ = false, separate_ = false, plain_ = false;
  bool packed_ = false;  // 10, 12 or 14 bits a value without gaps
  NumberFormat numbers_ = {NumberType::kU8, std::endian::native == std::endian::big};  // decoded
  int first_ = 0;                // of the samples that are read
  int alpha_ = -1;               // a sample that is checked to be full
  int planes_ = 1;               // that are stored one after the other
  int samples_a_plane_ = 1;      // side by side
  std::uint64_t row_bytes_ = 0;  // of a plane
  std::uint32_t rows_a_strip_ = 0;
  std::uint32_t tile_width_ = 0, tile_height_ = 0;
  std::uint64_t tile_row_bytes_ = 0, band_rows_ = 0;
  int y_ = 0;
  std::array<std::array<std::uint8_t, 3>, 256> palette_{};
  std::unique_ptr<std::uint8_t[]> buffer_;  // a row, or the rows of a row of tiles, of each plane
  std::unique_ptr<std::uint8_t[]> tile_;
};

}  // namespace

std::unique_ptr<RowReader> OpenTiff(std::unique_ptr<InputFile> file, const ReadOptions& options) {
  return std::make_unique<TiffReader>(std::move(file), options);
}

}  // namespace auif
