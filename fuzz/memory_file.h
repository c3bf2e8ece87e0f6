// A file without a disk, for readers that take paths.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

// Too much memory is an Error like others.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }

// Fills the process's one such file and returns its path.
inline const std::string& MemoryFile(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("image", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  return path;
}
