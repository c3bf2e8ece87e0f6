#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "auif/error.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }
  // Some file systems report a failed write only here. Returns 0 or the errno.
  int Close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result == 0 || errno == EINTR ? 0 : errno;
  }

 private:
  int fd_;
};

// Beyond the process's file size limit (`ulimit -f`) a write raises SIGXFSZ, which would end the
// program. While this object lives the calling thread gets EFBIG alone.
class NoFileSizeSignal {
 public:
  NoFileSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  NoFileSizeSignal(const NoFileSizeSignal&) = delete;
  NoFileSizeSignal& operator=(const NoFileSizeSignal&) = delete;
  ~NoFileSizeSignal() {
    const timespec no_wait{};
    while (sigtimedwait(&signal_, nullptr, &no_wait) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t signal_, before_;
};

// Removes the file unless told that it is not needed any more.
class Removal {
 public:
  explicit Removal(fs::path path) : path_(std::move(path)) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  void Cancel() { path_.clear(); }

 private:
  fs::path path_;
};

std::string Reason(int error) { return std::generic_category().message(error); }

std::string OutputHint(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space or choose another folder";
    case EFBIG:
      return "raise the file size limit (ulimit -f)";
    case ENOENT:
    case ENOTDIR:
      return "create the folder first";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a folder that you may write to";
    default:
      return {};
  }
}

[[noreturn]] void ThrowOutput(const fs::path& path, int error) {
  throw Error(ErrorKind::kOutput, "cannot be written: " + Reason(error), path.string(),
              OutputHint(error));
}

// Writes everything or returns the errno.
int WriteAll(int fd, std::string_view bytes) {
  const NoFileSizeSignal no_signal;
  while (!bytes.empty()) {
    // Linux writes at most 2^31 bytes at a time.
    const ssize_t count = ::write(fd, bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) return ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

// Creates an empty file of a name of its own in `folder`. Returns the descriptor or -1 (errno).
// The name does not depend on the target's, which may already be as long as the system allows.
int CreateUnique(const fs::path& folder, fs::path* path) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    *path = folder / (".auif-" + std::to_string(::getpid()) + "-" +
                      std::to_string(counter.fetch_add(1)) + ".tmp");
    const int fd = ::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
}

[[noreturn]] void ThrowInput(const fs::path& path, const std::string& message) {
  throw Error(ErrorKind::kInput, message, path.string());
}

// Opens a file for reading and asks what it is.
int OpenInput(const fs::path& path, struct stat* status) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) ThrowInput(path, "no such file");
    ThrowInput(path, "cannot be opened: " + Reason(errno));
  }
  if (::fstat(file.get(), status) != 0) ThrowInput(path, "cannot be read: " + Reason(errno));
  if (S_ISDIR(status->st_mode)) ThrowInput(path, "is a folder, not a file");
  return file.Release();
}

std::string ReadToEnd(int fd, const struct stat& status, const fs::path& path,
                      std::size_t max_bytes) {
  std::string bytes;
  try {
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    // One more than the size, so that the end is seen without growing again.
    std::size_t room = S_ISREG(status.st_mode) && status.st_size >= 0
                           ? std::min(static_cast<std::size_t>(status.st_size), max_bytes) + 1
                           : kChunk;
    for (;;) {
      const std::size_t used = bytes.size();
      bytes.resize(used + room);
      ssize_t count;
      do {
        count = ::read(fd, bytes.data() + used, room);
      } while (count < 0 && errno == EINTR);
      if (count < 0) ThrowInput(path, "cannot be read: " + Reason(errno));
      bytes.resize(used + static_cast<std::size_t>(count));
      if (bytes.size() > max_bytes) {
        ThrowInput(path, "is longer than the " + std::to_string(max_bytes >> 20) +
                             " MiB that are allowed");
      }
      if (count == 0) return bytes;
      room = kChunk;
    }
  } catch (const std::bad_alloc&) {
    ThrowInput(path, "not enough memory to read the file");
  }
}

}  // namespace

std::string ReadFile(const fs::path& path, std::size_t max_bytes) {
  struct stat status;
  const FileDescriptor file(OpenInput(path, &status));
  return ReadToEnd(file.get(), status, path, max_bytes);
}

InputFile::InputFile(const fs::path& path) : path_(path) {
  struct stat status;
  FileDescriptor file(OpenInput(path, &status));
  if (S_ISREG(status.st_mode)) {
    fd_ = file.Release();
    size_ = static_cast<std::uint64_t>(status.st_size);
  } else {
    bytes_ = ReadToEnd(file.get(), status, path, kDefaultMaxFileBytes);
    size_ = bytes_.size();
  }
}

InputFile::InputFile(fs::path path, std::string bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)), size_(bytes_.size()) {}

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t InputFile::ReadAt(std::uint64_t offset, void* to, std::size_t count) const {
  if (offset >= size_) return 0;
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
  if (fd_ < 0) {
    std::memcpy(to, bytes_.data() + offset, count);
    return count;
  }
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(fd_, static_cast<char*>(to) + done, std::min(count - done, std::size_t{1} << 30),
                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) ThrowInput(path_, "cannot be read: " + Reason(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

struct OutputFile::State {
  static constexpr std::size_t kBuffer = std::size_t{1} << 18;

  fs::path path, target;
  std::optional<FileDescriptor> file;
  std::optional<Removal> removal;  // of the new file
  fs::path temporary;
  std::string buffer;  // the bytes before `position` that wait; of a device everything
  std::uint64_t position = 0, size = 0;
  bool device = false;

  void Flush() {
    if (const int error = WriteAll(file->get(), buffer)) ThrowOutput(path, error);
    buffer.clear();
  }
};

OutputFile::OutputFile(const fs::path& path) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.path = s.target = path;
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      throw Error(ErrorKind::kOutput, "is a folder", path.string(), "give the name of a file");
    }
    // Renaming over /dev/null would replace the device.
    if (!S_ISREG(status.st_mode)) {
      s.device = true;
      s.file.emplace(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
      if (s.file->get() < 0) ThrowOutput(path, errno);
      return;
    }
    std::error_code error;
    s.target = fs::canonical(path, error);
    if (error) ThrowOutput(path, error.value());
  }
  const fs::path folder = s.target.has_parent_path() ? s.target.parent_path() : fs::path(".");
  s.file.emplace(CreateUnique(folder, &s.temporary));
  if (s.file->get() < 0) ThrowOutput(path, errno);
  s.removal.emplace(s.temporary);
}

OutputFile::~OutputFile() = default;

const fs::path& OutputFile::path() const { return state_->path; }
std::uint64_t OutputFile::position() const { return state_->position; }
std::uint64_t OutputFile::size() const { return state_->size; }

void OutputFile::Write(const void* bytes, std::size_t count) {
  State& s = *state_;
  const char* from = static_cast<const char*>(bytes);
  if (s.device) {
    if (s.position + count > s.buffer.size()) s.buffer.resize(s.position + count);
    std::copy(from, from + count, s.buffer.begin() + static_cast<std::ptrdiff_t>(s.position));
  } else {
    if (s.buffer.size() + count > State::kBuffer) s.Flush();
    if (count <= State::kBuffer) {
      s.buffer.append(from, count);
    } else if (const int error = WriteAll(s.file->get(), {from, count})) {
      ThrowOutput(s.path, error);
    }
  }
  s.position += count;
  s.size = std::max(s.size, s.position);
}

void OutputFile::Seek(std::uint64_t position) {
  State& s = *state_;
  if (position == s.position) return;
  if (!s.device) {
    s.Flush();
    if (::lseek(s.file->get(), static_cast<off_t>(position), SEEK_SET) < 0) {
      ThrowOutput(s.path, errno);
    }
  }
  s.position = position;
}

void OutputFile::Commit() {
  State& s = *state_;
  s.Flush();
  if (!s.device && ::fsync(s.file->get()) != 0) ThrowOutput(s.path, errno);
  if (const int error = s.file->Close()) ThrowOutput(s.path, error);
  if (s.device) return;
  if (::rename(s.temporary.c_str(), s.target.c_str()) != 0) ThrowOutput(s.path, errno);
  s.removal->Cancel();
}

void WriteFileAtomically(const fs::path& path, std::string_view bytes) {
  OutputFile file(path);
  file.Write(bytes.data(), bytes.size());
  file.Commit();
}

}  // namespace auif
