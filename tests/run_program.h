// Running programs in tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/paths.h"
#include "tests/temporary_folder.h"

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
  return RunShell(ProgramPath() + " " + arguments);
}

// Exactly one line on stderr, an error, with every one of the texts in it.
inline void ExpectOneLine(const RunResult& run, int code, const std::vector<std::string>& texts) {
  EXPECT_EQ(run.code, code) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_EQ(run.err.rfind("auif: error: ", 0), 0u) << run.err;
  for (const std::string& text : texts) {
    EXPECT_NE(run.err.find(text), std::string::npos) << "'" << text << "' is not in " << run.err;
  }
}

}  // namespace auif
