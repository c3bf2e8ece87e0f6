// Files: reading them, and writing them so that nobody ever sees half of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace auif {

inline constexpr std::size_t kDefaultMaxFileBytes = std::size_t{1} << 31;

// All bytes of a file. Throws Error (kInput) where it is missing, a folder, unreadable or longer
// than max_bytes (a device that never ends would fill the memory).
std::string ReadFile(const std::filesystem::path& path,
                     std::size_t max_bytes = kDefaultMaxFileBytes);

// A file whose parts are read as they are needed. A pipe or device is read whole at first. The
// constructor throws Error (kInput) as ReadFile does.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  // Of what lies in memory; `path`: the file that it comes from, for messages.
  InputFile(std::filesystem::path path, std::string bytes);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  // Reads up to `count` bytes from `offset` on; fewer only where the file ends. Throws Error
  // (kInput) where the disk fails.
  std::size_t ReadAt(std::uint64_t offset, void* to, std::size_t count) const;

 private:
  std::filesystem::path path_;
  int fd_ = -1;  // or everything is in bytes_
  std::string bytes_;
  std::uint64_t size_ = 0;
};

// A file that grows beside `path` and takes its name at Commit(), once it is safe on the disk: a
// reader sees the old file or the whole new one. A symbolic link stays one: the file that it points
// to is replaced. What is meant for a device or pipe (/dev/stdout) is collected and written at
// Commit(). On any failure, a full disk or a file size limit included, and where Commit() is never
// called, the old file stays as it was and nothing else is left. Every call may throw Error
// (kOutput), which says why.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();

  const std::filesystem::path& path() const;
  // Writes at the position, which starts at 0 and moves on.
  void Write(const void* bytes, std::size_t count);
  void Seek(std::uint64_t position);
  std::uint64_t position() const;
  std::uint64_t size() const;
  void Commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes `bytes` through an OutputFile.
void WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace auif
