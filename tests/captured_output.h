#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/temporary_folder.h"

namespace auif {

// Collects what the process writes to stderr or stdout while it lives.
class CapturedOutput {
 public:
  CapturedOutput() : path_((folder_ / "output").string()) {
    std::fflush(nullptr);
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    for (int i = 0; i < 2; ++i) {
      before_[i] = ::dup(1 + i);
      ::dup2(file, 1 + i);
    }
    ::close(file);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;
  ~CapturedOutput() {
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      ::dup2(before_[i], 1 + i);
      ::close(before_[i]);
    }
  }
  bool Empty() const {
    std::fflush(nullptr);
    return std::filesystem::file_size(path_) == 0;
  }
  std::string Text() const {
    std::fflush(nullptr);
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
  int before_[2];
};

}  // namespace auif
