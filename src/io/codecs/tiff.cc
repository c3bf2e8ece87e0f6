// TIFF and BigTIFF through libtiff.
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

int OnError(TIFF*, void* errors, const char*, const char* format, va_list arguments) {
  char message[300];
  std::vsnprintf(message, sizeof(message), format, arguments);
  static_cast<CodecErrors*>(errors)->Note(message);
  return 1;  // not to the process's own handler, which prints
}

// The options are the handle's own: other users of the library in the process are left alone.
Tiff OpenHandle(const char* mode, void* client, TIFFReadWriteProc read, TIFFReadWriteProc write,
                TIFFSeekProc seek, TIFFSizeProc size, TIFFErrorHandlerExtR warn, void* warn_data,
                CodecErrors* errors, tmsize_t most_memory) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), OnError, errors);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), warn, warn_data);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), most_memory);
  Tiff tiff(TIFFClientOpenExt(
      "", mode, client, read, write, seek, [](thandle_t) { return 0; }, size, nullptr, nullptr,
      options.get()));
  if (tiff == nullptr) {
    errors->Note("it cannot be opened");
    errors->Throw();
  }
  return tiff;
}

class TiffReader : public RowReader {
 public:
  explicit TiffReader(std::unique_ptr<InputFile> file)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "TIFF") {
    tiffs_[0].Open(this);
    ReadHeader();
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
    if (file_bits_ == 16) {
      Unpack<std::uint16_t>(planes, static_cast<std::uint16_t*>(row));
    } else {
      Unpack<std::uint8_t>(planes, static_cast<std::uint8_t*>(row));
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
      tiff = OpenHandle(
          "rm", this, Read, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, Seek, Size,
          OnWarning, reader, &reader->errors_, static_cast<tmsize_t>(most));
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
    return self->strict_ ? OnError(tiff, &self->errors_, module, format, arguments) : 1;
  }

  TIFF* tiff(int plane = 0) const { return tiffs_[plane].tiff.get(); }
  template <typename T>
  T Field(std::uint32_t tag) const {
    T value{};
    TIFFGetFieldDefaulted(tiff(), tag, &value);
    return value;
  }
  void Check(bool done) {
    if (done && !errors_.any()) return;
    errors_.Note("its data cannot be decoded");
    errors_.Throw();
  }

  void ReadHeader() {
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
    photometric_ = PHOTOMETRIC_MINISBLACK;
    if (TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &photometric_) == 0 && samples_ >= 3) {
      photometric_ = PHOTOMETRIC_RGB;
    }
    const auto sample_format = Field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
    if (sample_format != SAMPLEFORMAT_UINT && sample_format != SAMPLEFORMAT_VOID) {
      ThrowNotRead(file_->path(), "signed or floating-point values");
    }
    static constexpr int kCodecs[] = {
        COMPRESSION_NONE,    COMPRESSION_LZW,  COMPRESSION_PACKBITS, COMPRESSION_ADOBE_DEFLATE,
        COMPRESSION_DEFLATE, COMPRESSION_JPEG, COMPRESSION_LZMA,     COMPRESSION_ZSTD};
    if (std::find(std::begin(kCodecs), std::end(kCodecs), compression_) == std::end(kCodecs) ||
        TIFFIsCODECConfigured(static_cast<std::uint16_t>(compression_)) == 0) {
      ThrowNotRead(file_->path(), "TIFF compression " + std::to_string(compression_));
    }
    const bool separate = Field<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
    if (compression_ == COMPRESSION_JPEG && photometric_ == PHOTOMETRIC_YCBCR && !separate) {
      TIFFSetField(tiff(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      photometric_ = PHOTOMETRIC_RGB;
    }
    const bool grey =
        photometric_ == PHOTOMETRIC_MINISBLACK || photometric_ == PHOTOMETRIC_MINISWHITE;
    const bool few_bits = file_bits_ == 1 || file_bits_ == 2 || file_bits_ == 4;
    if (!(file_bits_ == 8 || (file_bits_ == 16 && photometric_ != PHOTOMETRIC_PALETTE) ||
          (few_bits && samples_ == 1))) {
      ThrowNotRead(file_->path(), std::to_string(file_bits_) + " bits a sample");
    }
    const bool palette = photometric_ == PHOTOMETRIC_PALETTE && samples_ == 1;
    if (!palette && !(grey && samples_ >= 1) &&
        !(photometric_ == PHOTOMETRIC_RGB && samples_ >= 3)) {
      ThrowNotRead(file_->path(), "TIFF colours of kind " + std::to_string(photometric_));
    }
    shape_.channels = grey ? 1 : 3;
    shape_.type = file_bits_ == 16 ? SampleType::kUint16 : SampleType::kUint8;
    if (palette) ReadPalette();
    planes_ = separate && photometric_ == PHOTOMETRIC_RGB ? 3 : 1;
    samples_a_plane_ = separate ? 1 : samples_;
    row_bytes_ = (std::uint64_t{width} * samples_a_plane_ * file_bits_ + 7) / 8;
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

  // The directory's last word, which libtiff can do without, and strips or tiles that lie beyond
  // the end show a cut before any memory is taken.
  void CheckComplete(std::uint32_t count) {
    const std::uint64_t directory = TIFFCurrentDirOffset(tiff());
    const bool big = TIFFIsBigTIFF(tiff()) != 0;
    const int bytes_of_count = big ? 8 : 2;
    std::uint8_t bytes_read[8];
    ReadExactly(*file_, directory, bytes_read, bytes_of_count);
    std::uint64_t entries = 0;
    for (int i = 0; i < bytes_of_count; ++i) {
      entries = entries << 8 | bytes_read[TIFFIsBigEndian(tiff()) ? i : bytes_of_count - 1 - i];
    }
    const std::uint64_t end = directory + (big ? 16 + 20 * entries : 6 + 12 * entries);
    if (end > file_->size()) ThrowCutShort(file_->path());
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
    streams_ = plain_ || rows_a_strip_ < static_cast<std::uint32_t>(shape_.height);
    // A handle decodes one strip at a time from its start, so each plane has its own.
    for (int p = 1; p < planes_ && !plain_; ++p) tiffs_[p].Open(this);
    buffer_ = MakeBuffer(row_bytes_ * planes_, file_->path());
  }

  const std::uint8_t* StripRow(int plane) {
    std::uint8_t* row = buffer_.get() + plane * row_bytes_;
    const auto y = static_cast<std::uint32_t>(y_);
    if (!plain_) {
      Check(TIFFReadScanline(tiff(plane), row, y, static_cast<std::uint16_t>(plane)) == 1);
      return row;
    }
    const std::uint32_t strip = TIFFComputeStrip(tiff(), y, static_cast<std::uint16_t>(plane));
    const std::uint64_t start = y % rows_a_strip_ * row_bytes_;
    Check(start + row_bytes_ <= TIFFGetStrileByteCount(tiff(), strip));
    ReadExactly(*file_, TIFFGetStrileOffset(tiff(), strip) + start, row, row_bytes_);
    if (file_bits_ == 16 && TIFFIsByteSwapped(tiff())) {
      TIFFSwabArrayOfShort(reinterpret_cast<std::uint16_t*>(row),
                           static_cast<tmsize_t>(row_bytes_ / 2));
    }
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
        tile_row_bytes_ != (std::uint64_t{tile_width_} * samples_a_plane_ * file_bits_ + 7) / 8) {
      Check(false);
    }
    streams_ = tile_height_ < static_cast<std::uint32_t>(shape_.height);
    band_rows_ = std::min<std::uint64_t>(tile_height_, static_cast<std::uint64_t>(shape_.height));
    // Each factor is below 2^34, their product is not.
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
                         static_cast<std::uint32_t>(y_), 0,
                         static_cast<std::uint16_t>(plane)) >= 0);
      const std::uint64_t bytes = std::min(tile_row_bytes_, row_bytes_ - at);
      for (std::uint64_t r = 0; r < rows; ++r) {
        std::memcpy(band + r * row_bytes_ + at, tile_.get() + r * tile_row_bytes_, bytes);
      }
    }
  }

  template <typename T>
  void Unpack(const std::array<const std::uint8_t*, 3>& planes, T* to) const {
    const int channels = shape_.channels;
    T* const row = to;
    if (file_bits_ < 8 || photometric_ == PHOTOMETRIC_PALETTE) {
      const int most = (1 << file_bits_) - 1;
      for (int x = 0; x < shape_.width; ++x, to += channels) {
        const std::uint64_t bit = std::uint64_t(x) * file_bits_;
        const int value = planes[0][bit / 8] >> (8 - file_bits_ - bit % 8) & most;
        for (int c = 0; c < channels; ++c) {
          to[c] = static_cast<T>(channels == 3 ? palette_[value][c] : value * 255 / most);
        }
      }
    } else {
      for (int c = 0; c < channels; ++c) {
        const T* from = reinterpret_cast<const T*>(planes[planes_ == 3 ? c : 0]);
        if (planes_ == 1) from += c;
        for (int x = 0; x < shape_.width; ++x) {
          row[std::size_t(x) * channels + c] = from[std::size_t(x) * samples_a_plane_];
        }
      }
    }
    if (photometric_ != PHOTOMETRIC_MINISWHITE) return;
    for (int x = 0; x < shape_.width; ++x) row[x] = static_cast<T>(~row[x]);
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  bool strict_ = false;
  std::array<Handle, 3> tiffs_;

  int file_bits_ = 0, samples_ = 0, compression_ = 0;
  std::uint16_t photometric_ = 0;
  bool tiled_ = false, plain_ = false;
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

class TiffWriter : public RowWriter {
 public:
  TiffWriter(const fs::path& path, const ImageShape& shape)
      : file_(path),
        errors_(ErrorKind::kOutput, path, "TIFF"),
        row_(MakeBuffer(shape.RowBytes(), path)),
        row_bytes_(shape.RowBytes()) {
    // Plain TIFF has 32-bit offsets. LZW makes noise larger, by half at most.
    const bool big = shape.RowBytes() > (std::uint64_t{5} << 29) / shape.height;
    tiff_ = OpenHandle(
        big ? "wl8" : "wl", this, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, Write,
        Seek, Size, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr,
        &errors_, 0);
    Set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(shape.width));
    Set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(shape.height));
    Set(TIFFTAG_BITSPERSAMPLE, 8 * static_cast<int>(SampleBytes(shape.type)));
    Set(TIFFTAG_SAMPLESPERPIXEL, shape.channels);
    Set(TIFFTAG_PHOTOMETRIC, shape.channels == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
    Set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    // Every reader knows LZW; the differences of neighbours pack better than the values.
    Set(TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    Set(TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    constexpr std::size_t kStripBytes = std::size_t{1} << 16;
    Set(TIFFTAG_ROWSPERSTRIP,
        static_cast<std::uint32_t>(std::clamp<std::size_t>(
            kStripBytes / shape.RowBytes(), 1, static_cast<std::size_t>(shape.height))));
  }

  void WriteRow(const void* row) override {
    std::memcpy(row_.get(), row, row_bytes_);  // the predictor works in place
    Check(TIFFWriteScanline(tiff_.get(), row_.get(), y_++, 0) == 1);
  }
  void Finish() override {
    Check(TIFFWriteDirectory(tiff_.get()) == 1);
    tiff_.reset();
    Check(true);
    file_.Commit();
  }

 private:
  template <typename T>
  void Set(std::uint32_t tag, T value) {
    Check(TIFFSetField(tiff_.get(), tag, value) == 1);
  }
  void Check(bool done) {
    if (done && !errors_.any()) return;
    errors_.Note("unknown reason");
    errors_.Throw();
  }
  static tmsize_t Write(thandle_t handle, void* from, tmsize_t count) {
    auto* self = static_cast<TiffWriter*>(handle);
    // After the first failure the handle is only closed.
    if (self->errors_.any()) return -1;
    return self->errors_.Try([&] { self->file_.Write(from, static_cast<std::size_t>(count)); })
               ? count
               : -1;
  }
  static toff_t Seek(thandle_t handle, toff_t offset, int whence) {
    auto* self = static_cast<TiffWriter*>(handle);
    if (whence == SEEK_CUR) offset += self->file_.position();
    if (whence == SEEK_END) offset += self->file_.size();
    return !self->errors_.any() && self->errors_.Try([&] { self->file_.Seek(offset); })
               ? offset
               : static_cast<toff_t>(-1);
  }
  static toff_t Size(thandle_t handle) { return static_cast<TiffWriter*>(handle)->file_.size(); }

  OutputFile file_;
  CodecErrors errors_;
  std::unique_ptr<std::uint8_t[]> row_;
  std::size_t row_bytes_;
  std::uint32_t y_ = 0;
  Tiff tiff_;
};

}  // namespace

std::unique_ptr<RowReader> OpenTiff(std::unique_ptr<InputFile> file) {
  return std::make_unique<TiffReader>(std::move(file));
}

std::unique_ptr<RowWriter> CreateTiff(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<TiffWriter>(path, shape);
}

}  // namespace auif
