// Zip archives, read only.
#pragma once

#include <zip.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace auif {

class ZipArchive {
 public:
  // Bytes in memory, which must outlive it, or a file, of which little is read. `where` is the file
  // in messages. Throws Error (kInput) for a broken archive.
  ZipArchive(std::string_view bytes, const std::string& where);
  explicit ZipArchive(const std::filesystem::path& path);

  // Of all entries.
  std::vector<std::string> Names() const;
  bool Contains(const std::string& name) const;
  // The bytes of an entry, checked against its checksum. Throws Error (kInput) where it is missing,
  // damaged or larger than max_bytes.
  std::string Read(const std::string& name, std::uint64_t max_bytes) const;

 private:
  void Open(zip_source_t* source, zip_error_t* error);

  std::string where_;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive_{nullptr, &zip_discard};
};

}  // namespace auif
