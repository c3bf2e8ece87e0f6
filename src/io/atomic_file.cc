#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <new>
#include <system_error>

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

void WriteDirectly(const fs::path& path, std::string_view bytes) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) ThrowOutput(path, errno);
  if (const int error = WriteAll(file.get(), bytes)) ThrowOutput(path, error);
  if (const int error = file.Close()) ThrowOutput(path, error);
}

}  // namespace

std::string ReadFile(const fs::path& path, std::size_t max_bytes) {
  const auto fail = [&path](const std::string& message, const std::string& hint = {}) {
    throw Error(ErrorKind::kInput, message, path.string(), hint);
  };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) fail("no such file");
    fail("cannot be opened: " + Reason(errno));
  }
  struct stat status;
  if (::fstat(file.get(), &status) != 0) fail("cannot be read: " + Reason(errno));
  if (S_ISDIR(status.st_mode)) fail("is a folder, not a file");

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
        count = ::read(file.get(), bytes.data() + used, room);
      } while (count < 0 && errno == EINTR);
      if (count < 0) fail("cannot be read: " + Reason(errno));
      bytes.resize(used + static_cast<std::size_t>(count));
      if (bytes.size() > max_bytes) {
        fail("is longer than the " + std::to_string(max_bytes >> 20) + " MiB that are allowed");
      }
      if (count == 0) return bytes;
      room = kChunk;
    }
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kInput, "not enough memory to read the file", path.string());
  }
}

void WriteFileAtomically(const fs::path& path, std::string_view bytes) {
  fs::path target = path;
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      throw Error(ErrorKind::kOutput, "is a folder", path.string(), "give the name of a file");
    }
    // Renaming over /dev/null would replace the device.
    if (!S_ISREG(status.st_mode)) return WriteDirectly(path, bytes);
    std::error_code error;
    target = fs::canonical(path, error);
    if (error) ThrowOutput(path, error.value());
  }

  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  fs::path temporary;
  FileDescriptor file(CreateUnique(folder, &temporary));
  if (file.get() < 0) ThrowOutput(path, errno);
  int error = WriteAll(file.get(), bytes);
  if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  const int close_error = file.Close();
  if (error == 0) error = close_error;
  if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    ThrowOutput(path, error);
  }
}

}  // namespace auif
