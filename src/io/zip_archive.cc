#include "io/zip_archive.h"

#include "auif/error.h"
#include "base/text.h"
#include "io/tensor.h"

namespace auif {
namespace {

[[noreturn]] void Fail(const std::string& where, const std::string& message,
                       const std::string& hint = {}) {
  throw Error(ErrorKind::kInput, message, where, hint);
}

}  // namespace

ZipArchive::ZipArchive(std::string_view bytes, const std::string& where) : where_(where) {
  zip_error_t error;
  zip_error_init(&error);
  Open(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error), &error);
}

ZipArchive::ZipArchive(const std::filesystem::path& path) : where_(path.string()) {
  zip_error_t error;
  zip_error_init(&error);
  Open(zip_source_file_create(path.c_str(), 0, -1, &error), &error);
}

void ZipArchive::Open(zip_source_t* source, zip_error_t* error) {
  if (source != nullptr) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, error));
  const std::string reason = zip_error_strerror(error);
  zip_error_fini(error);
  if (archive_ == nullptr) {
    zip_source_free(source);
    Fail(where_, "is a broken zip file: " + reason, "the file may be cut off");
  }
}

std::vector<std::string> ZipArchive::Names() const {
  std::vector<std::string> names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
    const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

bool ZipArchive::Contains(const std::string& name) const {
  return zip_name_locate(archive_.get(), name.c_str(), 0) >= 0;
}

std::string ZipArchive::Read(const std::string& name, std::uint64_t max_bytes) const {
  zip_stat_t status;
  if (zip_stat(archive_.get(), name.c_str(), 0, &status) != 0 ||
      (status.valid & ZIP_STAT_SIZE) == 0) {
    Fail(where_, "lacks the entry " + Printable(name));
  }
  if (status.size > max_bytes) Fail(where_, Printable(name) + " is too large");
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
      zip_fopen_index(archive_.get(), status.index, 0), &zip_fclose);
  std::string bytes(status.size, '\0');
  // The extra byte makes libzip read to the end, where it compares the checksum.
  char more;
  if (file == nullptr ||
      zip_fread(file.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size()) ||
      zip_fread(file.get(), &more, 1) != 0) {
    Fail(where_, "the entry " + Printable(name) + " cannot be read", "the file may be damaged");
  }
  return bytes;
}

}  // namespace auif
