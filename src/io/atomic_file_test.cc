#include "io/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// Lowers the size that files may grow to while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST(AtomicFile, RoundTrip) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0u, 1u, 4096u, 3'000'001u}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
    WriteFileAtomically(folder / "file", bytes);
    EXPECT_EQ(ReadFile(folder / "file"), bytes);
    EXPECT_EQ(folder.Count(), 1);
  }
}

TEST(AtomicFile, LongestNameAndRelativePath) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  WriteFileAtomically(folder / name, "x");
  EXPECT_EQ(ReadFile(folder / name), "x");

  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  WriteFileAtomically("relative", "y");
  fs::current_path(before);
  EXPECT_EQ(ReadFile(folder / "relative"), "y");
}

TEST(AtomicFile, ModeFollowsUmask) {
  const TemporaryFolder folder;
  const mode_t before = umask(027);
  WriteFileAtomically(folder / "file", "x");
  umask(before);
  struct stat status;
  ASSERT_EQ(stat((folder / "file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(AtomicFile, SymbolicLinkStaysOne) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "file", "old");
  fs::create_symlink("file", folder / "link");
  WriteFileAtomically(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(ReadFile(folder / "file"), "new");
}

TEST(AtomicFile, FileSizeLimitKeepsTheOldFile) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "file", "old");
  {
    // The first write is short, the next one fails with EFBIG and raises SIGXFSZ.
    const FileSizeLimit limit(100'000);
    ExpectError(ErrorKind::kOutput, "File too large",
                [&] { WriteFileAtomically(folder / "file", std::string(200'000, 'x')); });
    ExpectError(ErrorKind::kOutput, "new: cannot be written",
                [&] { WriteFileAtomically(folder / "new", std::string(200'000, 'x')); });
  }
  EXPECT_EQ(ReadFile(folder / "file"), "old");
  EXPECT_EQ(folder.Count(), 1);
}

TEST(AtomicFile, Devices) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is absent";
  ExpectError(ErrorKind::kOutput, "No space left on device",
              [] { WriteFileAtomically("/dev/full", "x"); });
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_NO_THROW(WriteFileAtomically("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(AtomicFile, PlacesThatCannotBeWritten) {
  const TemporaryFolder folder;
  ExpectError(ErrorKind::kOutput, "is a folder", [&] { WriteFileAtomically(folder.path(), "x"); });
  ExpectError(ErrorKind::kOutput, "create the folder first",
              [&] { WriteFileAtomically(folder / "absent" / "file", "x"); });
  WriteFileAtomically(folder / "file", "old");
  ExpectError(ErrorKind::kOutput, "Not a directory",
              [&] { WriteFileAtomically(folder / "file" / "file", "x"); });
  EXPECT_EQ(folder.Count(), 1);
}

TEST(AtomicFile, FolderWithoutPermission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "file", "old");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  ExpectError(ErrorKind::kOutput, "Permission denied",
              [&] { WriteFileAtomically(folder / "file", "x"); });
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_EQ(ReadFile(folder / "file"), "old");
}

TEST(ReadFile, WhatCannotBeRead) {
  const TemporaryFolder folder;
  ExpectError(ErrorKind::kInput, "absent: no such file", [&] { ReadFile(folder / "absent"); });
  ExpectError(ErrorKind::kInput, "is a folder, not a file", [&] { ReadFile(folder.path()); });
  WriteFileAtomically(folder / "file", "0123456789");
  EXPECT_EQ(ReadFile(folder / "file", 10), "0123456789");
  ExpectError(ErrorKind::kInput, "is longer than", [&] { ReadFile(folder / "file", 9); });
  ExpectError(ErrorKind::kInput, "is longer than the 3 MiB",
              [] { ReadFile("/dev/zero", 3 << 20); });
  if (geteuid() != 0) {
    fs::permissions(folder / "file", fs::perms::none);
    ExpectError(ErrorKind::kInput, "Permission denied", [&] { ReadFile(folder / "file"); });
  }
}

}  // namespace
}  // namespace auif
