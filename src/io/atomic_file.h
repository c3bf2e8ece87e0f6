// Whole files: reading them, and writing them so that nobody ever sees half of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace auif {

inline constexpr std::size_t kDefaultMaxFileBytes = std::size_t{1} << 31;

// All bytes of a file. Throws Error (kInput) where it is missing, a folder, unreadable or longer
// than max_bytes (a device that never ends would fill the memory).
std::string ReadFile(const std::filesystem::path& path,
                     std::size_t max_bytes = kDefaultMaxFileBytes);

// Writes `bytes` to a new file beside `path`, forces them to the disk and renames the new file to
// `path`: a reader sees the old file or the whole new one. A symbolic link to a file stays one:
// that file is replaced. A device or pipe (/dev/stdout) is written to directly. On any failure,
// a full disk or a file size limit included, the old file stays as it was, nothing else is left,
// and Error (kOutput) says why.
void WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace auif
