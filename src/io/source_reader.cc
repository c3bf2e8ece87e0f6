#include "io/source_reader.h"

#include <cmath>
#include <span>
#include <utility>

#include "auif/radiometric.h"
#include "image/resample.h"

namespace auif {

namespace fs = std::filesystem;

SourceReader::SourceReader(fs::path path, Modality modality, const SourceOptions& options)
    : path_(std::move(path)), modality_(modality), options_(options) {
  const bool plain = !options.read.raw && options.read.channels == Channels::kColours;
  if (plain && IsRadiometric(path_)) OpenRadiometric();
  if (!radiometric_) reader_.emplace(path_, options.read);
  spec_ = radiometric_ ? radiometric_->spec() : reader_->spec();
  tone_.range = spec_.range;
}

void SourceReader::OpenRadiometric() {
  RadiometricImage file = ReadRadiometric(path_);
  if (modality_ == Modality::kInfrared) {
    screen_ = file.screen;
    radiometric_.emplace(std::move(file.raw), file.source);
    notes_.emplace_back("raw thermal values are taken, not the camera's screen image");
  } else if (file.visible) {
    radiometric_ = AlignedVisible(file, &notes_);
    radiometric_->set_source(file.source);
  }
}

void SourceReader::Resize(Size size) { spec_.size = size; }

void SourceReader::FitScreen(Size partner) {
  const double across = static_cast<double>(screen_.width) / spec_.size.width,
               down = static_cast<double>(screen_.height) / spec_.size.height;
  if (spec_.size == partner || screen_ != partner || std::abs(across - down) > 0.01 * down) return;
  Resize(partner);
  notes_.emplace_back("the raw thermal image is scaled to the size of the screen image");
}

bool SourceReader::by_rows() const {
  if (radiometric_) return false;
  const bool twice = reader_->spec().channels == 3 || NeedsCounts(options_.range, spec_);
  return spec_.size == reader_->spec().size && (!twice || fs::is_regular_file(path_));
}

void SourceReader::PrepareRows() {
  std::optional<GreyCounts> counts;
  if (NeedsCounts(options_.range, spec_)) {
    ImageReader reader = Reopen();
    ImageSpec row_spec = spec_;
    row_spec.size.height = 1;
    Image row(row_spec);
    counts.emplace(spec_);
    for (int y = 0; y < spec_.size.height; ++y) {
      reader.ReadRow(&row, 0);
      counts->Add(row, 0);
    }
  }
  tone_ = FindTone(options_.range, spec_, modality_ == Modality::kInfrared,
                   counts ? &*counts : nullptr);
  spec_.range = tone_.range;
}

void SourceReader::ReadRow(Image* to, int y) { reader_->ReadRow(to, y); }

void SourceReader::GreyRow(const Image& rows, int y, float* to) const {
  rows.GreyRow(y, to);
  if (tone_.changes) tone_.Apply({to, static_cast<std::size_t>(rows.width())});
}

Image SourceReader::ReadWhole() {
  Image image = radiometric_ ? *std::exchange(radiometric_, std::nullopt) : reader_->ReadRest();
  if (image.size() != spec_.size) image = Resampled(image, spec_.size);
  return WithTone(std::move(image), options_.range, modality_ == Modality::kInfrared, &tone_.note);
}

bool SourceReader::HasColour() const {
  if (radiometric_) return radiometric_->colour();
  if (spec_.channels == 1) return false;
  ImageReader reader = Reopen();
  ImageSpec row_spec = reader.spec();
  row_spec.size.height = 1;
  Image row(row_spec);
  for (int y = 0; y < reader.spec().size.height; ++y) {
    reader.ReadRow(&row, 0);
    if (row.colour()) return true;
  }
  return false;
}

std::vector<std::string> SourceReader::Notes() const {
  std::vector<std::string> notes = reader_ ? reader_->notes() : notes_;
  if (!tone_.note.empty()) notes.push_back(tone_.note);
  return notes;
}

Image ReadSource(const fs::path& path, Modality modality, const SourceOptions& options,
                 std::vector<std::string>* notes) {
  SourceReader reader(path, modality, options);
  Image image = reader.ReadWhole();
  if (notes != nullptr) {
    for (std::string& note : reader.Notes()) notes->push_back(std::move(note));
  }
  return image;
}

}  // namespace auif
