// Running programs in tests.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace auif {

struct RunResult {
  int code = -1;
  std::string out, err;
};

inline std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void WriteAll(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A new folder under the system's temporary one, removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "auif-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Runs a shell command line.
inline RunResult RunShell(const std::string& command) {
  const TemporaryFolder folder;
  const int status = std::system(("{ " + command + "\n} >" + (folder / "out").string() + " 2>" +
                                  (folder / "err").string() + " </dev/null")
                                     .c_str());
  RunResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = ReadAll(folder / "out");
  result.err = ReadAll(folder / "err");
  return result;
}

// Runs `auif ARGUMENTS`, the arguments as a shell reads them.
inline RunResult RunAuif(const std::string& arguments) {
  return RunShell(std::string(AUIF_PROGRAM) + " " + arguments);
}

}  // namespace auif
