// JPEG through libjpeg(-turbo), with its default decoding: exact integer DCT, smooth upsampling.
#include <cstdio>  // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

#include <utility>

#include "io/codecs/codec.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The quality that OpenCV's users know as the default; below it, the loss is seen in flat areas.
constexpr int kQuality = 95;
constexpr std::size_t kBuffer = std::size_t{1} << 16;
// A small file may ask for thousands of passes over a large image; real ones have about ten.
constexpr int kMostScans = 500;

CodecErrors& ErrorsOf(j_common_ptr info) { return *static_cast<CodecErrors*>(info->client_data); }

void OnError(j_common_ptr info) {
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  ErrorsOf(info).Note(message);
  ErrorsOf(info).Jump();
}

// The library warns of broken data and then makes up pixels: here that is an error. Two warnings
// are about labels only.
void OnMessage(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM) OnError(info);
}

void OnOutput(j_common_ptr) {}

void SetErrors(jpeg_error_mgr* manager, CodecErrors* errors, j_common_ptr info) {
  info->err = jpeg_std_error(manager);
  manager->error_exit = OnError;
  manager->emit_message = OnMessage;
  manager->output_message = OnOutput;
  info->client_data = errors;
}

class JpegReader : public RowReader {
 public:
  explicit JpegReader(std::unique_ptr<InputFile> file)
      : file_(std::move(file)), errors_(ErrorKind::kInput, file_->path(), "JPEG") {
    SetErrors(&manager_, &errors_, reinterpret_cast<j_common_ptr>(&info_));
    errors_.Run([this] { Start(); });
    shape_.width = static_cast<int>(info_.output_width);
    shape_.height = static_cast<int>(info_.output_height);
    shape_.channels = info_.out_color_space == JCS_GRAYSCALE ? 1 : 3;
    if (info_.out_color_space == JCS_CMYK) {
      cmyk_ = MakeBuffer(std::uint64_t{4} * info_.output_width, file_->path());
    }
  }

  void ReadRow(void* row) override {
    errors_.Run([this, row] {
      JSAMPROW to = cmyk_ ? cmyk_.get() : static_cast<JSAMPROW>(row);
      jpeg_read_scanlines(&info_, &to, 1);
      // Goes on to the end marker.
      if (info_.output_scanline == info_.output_height) jpeg_finish_decompress(&info_);
    });
    if (cmyk_) FromCmyk(static_cast<std::uint8_t*>(row));
  }

 private:
  struct Source : jpeg_source_mgr {
    JpegReader* self;
  };
  struct Progress : jpeg_progress_mgr {};
  struct Info : jpeg_decompress_struct {
    Info() : jpeg_decompress_struct{} {}
    ~Info() { jpeg_destroy_decompress(this); }
  };

  static void OnFill(JpegReader* self) {
    std::size_t count = 0;
    const bool read = self->errors_.Try([&] {
      count = self->file_->ReadAt(self->position_, self->buffer_, kBuffer);
      if (count == 0) ThrowCutShort(self->file_->path());
    });
    if (!read) self->errors_.Jump();
    self->position_ += count;
    self->source_.next_input_byte = self->buffer_;
    self->source_.bytes_in_buffer = count;
  }
  static boolean Fill(j_decompress_ptr info) {
    OnFill(static_cast<Source*>(info->src)->self);
    return TRUE;
  }
  static void Skip(j_decompress_ptr info, long count) {
    auto* source = static_cast<Source*>(info->src);
    if (count <= 0) return;
    const auto wanted = static_cast<std::size_t>(count);
    if (wanted > source->bytes_in_buffer) {
      source->self->position_ += wanted - source->bytes_in_buffer;
      OnFill(source->self);
    } else {
      source->next_input_byte += wanted;
      source->bytes_in_buffer -= wanted;
    }
  }
  static void OnProgress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
    ErrorsOf(info).Note("too many scans");
    ErrorsOf(info).Jump();
  }

  void Start() {
    jpeg_create_decompress(&info_);
    info_.mem->max_memory_to_use = static_cast<long>(PhysicalMemory() / 2);
    source_.self = this;
    source_.init_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = Fill;
    source_.skip_input_data = Skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = [](j_decompress_ptr) {};
    info_.src = &source_;
    progress_.progress_monitor = OnProgress;
    info_.progress = &progress_;
    jpeg_read_header(&info_, TRUE);
    streams_ = !jpeg_has_multiple_scans(&info_);
    if (info_.num_components == 1) {
      info_.out_color_space = JCS_GRAYSCALE;
    } else if (info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK) {
      info_.out_color_space = JCS_CMYK;
    } else {
      info_.out_color_space = JCS_RGB;
    }
    jpeg_start_decompress(&info_);
  }

  // Print colours are stored inverted: 255 is no ink.
  void FromCmyk(std::uint8_t* row) const {
    const std::uint8_t* from = cmyk_.get();
    for (int x = 0; x < shape_.width; ++x, from += 4, row += 3) {
      for (int c = 0; c < 3; ++c) {
        row[c] = static_cast<std::uint8_t>(from[3] - ((255 - from[c]) * from[3] >> 8));
      }
    }
  }

  std::unique_ptr<InputFile> file_;
  CodecErrors errors_;
  jpeg_error_mgr manager_;
  Source source_{};
  Progress progress_{};
  Info info_;
  std::uint64_t position_ = 0;
  std::unique_ptr<std::uint8_t[]> cmyk_;  // a row
  JOCTET buffer_[kBuffer];
};

class JpegWriter : public RowWriter {
 public:
  JpegWriter(const fs::path& path, const ImageShape& shape, int quality)
      : file_(path), errors_(ErrorKind::kOutput, path, "JPEG") {
    SetErrors(&manager_, &errors_, reinterpret_cast<j_common_ptr>(&info_));
    errors_.Run([&] { Start(shape, quality); });
  }

  void WriteRow(const void* row) override {
    errors_.Run([this, row] {
      auto* from = static_cast<JSAMPROW>(const_cast<void*>(row));
      jpeg_write_scanlines(&info_, &from, 1);
    });
  }
  void Finish() override {
    errors_.Run([this] { jpeg_finish_compress(&info_); });
    file_.Commit();
  }

 private:
  struct Destination : jpeg_destination_mgr {
    JpegWriter* self;
  };
  struct Info : jpeg_compress_struct {
    Info() : jpeg_compress_struct{} {}
    ~Info() { jpeg_destroy_compress(this); }
  };

  void Write(std::size_t count) {
    if (!errors_.Try([&] { file_.Write(buffer_, count); })) errors_.Jump();
    destination_.next_output_byte = buffer_;
    destination_.free_in_buffer = kBuffer;
  }

  void Start(const ImageShape& shape, int quality) {
    jpeg_create_compress(&info_);
    destination_.self = this;
    destination_.next_output_byte = buffer_;
    destination_.free_in_buffer = kBuffer;
    destination_.init_destination = [](j_compress_ptr) {};
    destination_.empty_output_buffer = [](j_compress_ptr info) -> boolean {
      static_cast<Destination*>(info->dest)->self->Write(kBuffer);
      return TRUE;
    };
    destination_.term_destination = [](j_compress_ptr info) {
      auto* destination = static_cast<Destination*>(info->dest);
      destination->self->Write(kBuffer - destination->free_in_buffer);
    };
    info_.dest = &destination_;
    info_.image_width = static_cast<JDIMENSION>(shape.width);
    info_.image_height = static_cast<JDIMENSION>(shape.height);
    info_.input_components = shape.channels;
    info_.in_color_space = shape.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    jpeg_start_compress(&info_, TRUE);
  }

  OutputFile file_;
  CodecErrors errors_;
  jpeg_error_mgr manager_;
  Destination destination_{};
  Info info_;
  JOCTET buffer_[kBuffer];
};

}  // namespace

std::unique_ptr<RowReader> OpenJpeg(std::unique_ptr<InputFile> file) {
  return std::make_unique<JpegReader>(std::move(file));
}

std::unique_ptr<RowWriter> CreateJpeg(const fs::path& path, const ImageShape& shape) {
  return CreateJpeg(path, shape, kQuality);
}
std::unique_ptr<RowWriter> CreateJpeg(const fs::path& path, const ImageShape& shape, int quality) {
  return std::make_unique<JpegWriter>(path, shape, quality);
}

}  // namespace auif
