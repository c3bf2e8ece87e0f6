// TIFF files, or BigTIFF where they are large, by libtiff.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "io/codecs/tiff_handle.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class TiffWriter : public RowWriter {
 public:
  TiffWriter(const fs::path& path, const ImageShape& shape)
      : file_(path),
        errors_(ErrorKind::kOutput, path, "TIFF"),
        row_(MakeBuffer(shape.RowBytes(), path)),
        row_bytes_(shape.RowBytes()) {
    // Plain TIFF has 32-bit offsets. LZW makes noise larger, by half at most.
    const bool big = shape.RowBytes() > (std::uint64_t{5} << 29) / shape.height;
    tiff_ = OpenTiffHandle(
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
    const bool floats = shape.type == SampleType::kFloat;
    Set(TIFFTAG_PREDICTOR, floats ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
    if (floats) Set(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
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

std::unique_ptr<RowWriter> CreateTiff(const fs::path& path, const ImageShape& shape) {
  return std::make_unique<TiffWriter>(path, shape);
}

}  // namespace auif
