// JPEG through libjpeg(-turbo), with its default decoding: exact integer DCT, smooth upsampling.
#include <cstdio>  // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

#include <string_view>
#include <utility>

#include "io/codecs/codec.h"
#include "io/codecs/colour_profile.h"
#include "io/codecs/exif.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// The quality that OpenCV's users know as the default; below it, the loss is seen in flat areas.
constexpr int kQuality = 95;
constexpr std::size_t kBuffer = std::size_t{1} << 16;
// A small file may ask for thousands of passes over a large image; real ones have about ten.
constexpr int kMostScans = 500;
constexpr int kExif = JPEG_APP0 + 1, kProfile = JPEG_APP0 + 2;  // the markers of both

CodecErrors& ErrorsOf(j_common_ptr info) { return *static_cast<CodecErrors*>(info->client_data); }

void OnError(j_common_ptr info) {
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  ErrorsOf(info).Note(message);
  ErrorsOf(info).Jump();
}

// Two warnings are about labels only.
bool IsOfLabels(int code) { return code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM; }

// The library warns of broken data and then makes up pixels: here that is an error.
void OnMessage(j_common_ptr info, int level) {
  if (level < 0 && !IsOfLabels(info->err->msg_code)) OnError(info);
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
    manager_.emit_message = OnReaderMessage;
    errors_.Run([this] { ReadHeader(); });
    in_header_ = false;
    ReadTags();
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
    NoteStrayBytes();
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
  // Bytes between two segments of the header belong to nothing. Behind a scan's data they may be
  // pixels that a broken code hid, unless they are zeros before the end marker: padding.
  static void OnReaderMessage(j_common_ptr info, int level) {
    if (level >= 0 || IsOfLabels(info->err->msg_code)) return;
    auto* self = static_cast<Source*>(reinterpret_cast<j_decompress_ptr>(info)->src)->self;
    const int* parameters = info->err->msg_parm.i;
    const bool stray = info->err->msg_code == JWRN_EXTRANEOUS_DATA;
    if (!stray ||
        !(self->in_header_ || (parameters[1] == JPEG_EOI && parameters[0] > 0 &&
                               self->ZerosBefore(static_cast<std::uint64_t>(parameters[0]))))) {
      OnError(info);
    }
    self->stray_bytes_ = true;
  }

  // Whether the `count` bytes before the marker that has just been found are zeros.
  bool ZerosBefore(std::uint64_t count) {
    bool zeros = true;
    const bool read = errors_.Try([&] {
      // The library's place is the marker's 0xff, or behind it where its buffer began there.
      std::uint64_t end = position_ - source_.bytes_in_buffer;
      std::uint8_t bytes[1024];
      if (end > 0 && file_->ReadAt(end - 1, bytes, 1) == 1 && bytes[0] == 0xff) --end;
      zeros = count <= end;
      for (std::uint64_t at = end - std::min(count, end); at < end && zeros;) {
        const auto part =
            static_cast<std::size_t>(std::min<std::uint64_t>(end - at, sizeof(bytes)));
        ReadExactly(*file_, at, bytes, part);
        zeros = std::all_of(bytes, bytes + part, [](std::uint8_t b) { return b == 0; });
        at += part;
      }
    });
    return read && zeros;
  }

  void NoteStrayBytes() {
    if (stray_bytes_ && !stray_noted_) notes_.emplace_back("has stray bytes between its segments");
    stray_noted_ = stray_bytes_;
  }

  static void OnProgress(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
    ErrorsOf(info).Note("too many scans");
    ErrorsOf(info).Jump();
  }

  void ReadHeader() {
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
    constexpr unsigned kWhole = 0xffff;
    for (const int marker : {kExif, kProfile}) jpeg_save_markers(&info_, marker, kWhole);
    jpeg_read_header(&info_, TRUE);
  }

  void ReadTags() {
    using namespace std::string_view_literals;
    constexpr std::string_view kExifName = "Exif\0\0"sv, kProfileName = "ICC_PROFILE\0"sv;
    std::vector<std::uint8_t> profile;  // its parts: a number, their count, data
    for (const jpeg_marker_struct* m = info_.marker_list; m != nullptr; m = m->next) {
      const std::string_view text(reinterpret_cast<const char*>(m->data), m->data_length);
      if (m->marker == kExif && text.starts_with(kExifName)) {
        orientation_ = ExifOrientation({m->data, m->data_length});
      } else if (m->marker == kProfile && text.starts_with(kProfileName)) {
        const std::size_t start = kProfileName.size() + 2;
        if (text.size() > start) {
          profile.insert(profile.end(), m->data + start, m->data + m->data_length);
        }
      }
    }
    std::string note = ProfileNote(profile);
    if (!note.empty()) notes_.push_back(std::move(note));
    NoteStrayBytes();
  }

  void Start() {
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
  bool in_header_ = true;
  bool stray_bytes_ = false, stray_noted_ = false;
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
