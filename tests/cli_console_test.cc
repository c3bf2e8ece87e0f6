// Every command where its standard output or error cannot be written.
#include <gtest/gtest.h>

#include "tests/paths.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class Console : public ::testing::Test {
 protected:
  // 16 pairs: one batch of 32 images.
  static void SetUpTestSuite() {
    data_ = new TemporaryFolder;
    ASSERT_EQ(RunShell("cd " + data_->path().string() + " && " + ProgramPath() +
                       " scene -o data/street --size 136x128 --frames 16 && " + ProgramPath() +
                       " fuse data/street -o fused -q")
                  .code,
              0);
    WriteAll(*data_ / "set.json",
             R"({"name": "street", "split": "test", "ir": "street/ir", "vis": "street/vis"})");
  }
  static void TearDownTestSuite() { delete data_; }

  static RunResult Run(const std::string& arguments, const std::string& redirections) {
    return RunShell("cd " + data_->path().string() + " && " + ProgramPath() + " " + arguments +
                    " " + redirections);
  }

  static TemporaryFolder* data_;
};
TemporaryFolder* Console::data_ = nullptr;

// They all print to standard output.
const char* const kPrinting[] = {
    "--help",
    "--version",
    "train --help",
    "info",
    "eval --ir data/street --fused fused --metrics EN",
    "eval --ir data/street --fused fused --metrics EN --per-image --format json",
    "eval --list",
    "experiment datasets --data data --datasets set.json -o results",
    "train data/street -o model.safetensors --epochs 1 --layers 1",
    "bench --size 32x32 --seconds 0",
    "bench --size 32x32 --seconds 0 --json",
    "fuse data/street -o again",
};

TEST_F(Console, WhatCannotBePrintedIsAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is absent";
  for (const std::string command : kPrinting) {
    SCOPED_TRACE(command);
    ASSERT_EQ(Run(command, "").code, 0);
    for (const std::string to : {">/dev/full", ">&-"}) {
      const RunResult run = Run(command, to);
      EXPECT_EQ(run.code, 1) << to;
      const std::size_t line = run.err.find("auif: error: standard output: cannot be written: ");
      ASSERT_NE(line, std::string::npos) << run.err;
      EXPECT_EQ(run.err.find('\n', line), run.err.size() - 1) << run.err;  // the last one
      EXPECT_EQ(Run(command, to + " 2>/dev/full").code, 1);
      EXPECT_EQ(Run(command, to + " 2>&-").code, 1);
    }
  }
}

TEST_F(Console, ABrokenPipeIsAnError) {
  // The reader is gone before the program starts.
  const RunResult run = RunShell("{ sleep 0.3; " + ProgramPath() + " info; echo $? >&2; } | true");
  EXPECT_EQ(run.err, "auif: error: standard output: cannot be written: Broken pipe\n1\n");
}

TEST_F(Console, MessagesThatCannotBePrintedAreLost) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is absent";
  for (const std::string command : kPrinting) {
    SCOPED_TRACE(command);
    const std::string printed = Run(command, "").out;
    for (const char* to : {"2>/dev/full", "2>&-", "<&- 2>&-"}) {
      const RunResult run = Run(command, to);
      EXPECT_EQ(run.code, 0) << to;
      EXPECT_EQ(run.out.empty(), printed.empty()) << to;
    }
  }
  for (const char* to : {"2>/dev/full", "2>&-", "<&- >&- 2>&-"}) {
    EXPECT_EQ(Run("fuse", to).code, 2) << to;
    EXPECT_EQ(Run("nonsense", to).code, 2) << to;
    EXPECT_EQ(Run("info none.safetensors", to).code, 1) << to;
  }
}

// Nothing that is said goes into a file that was opened where a closed stream had been.
TEST_F(Console, NoFileTakesTheirPlace) {
  const std::string train = "train data/street -o model.safetensors --epochs 2 --layers 1 --log ";
  ASSERT_EQ(Run(train + "expected.csv", "").code, 0);
  ASSERT_EQ(Run(train + "closed.csv", "<&- 2>&-").code, 0);
  EXPECT_EQ(ReadAll(*data_ / "closed.csv"), ReadAll(*data_ / "expected.csv"));
  ASSERT_EQ(Run(train + "closed.csv", "<&- >&- 2>&-").code, 1);  // its last line was not printed
  EXPECT_EQ(ReadAll(*data_ / "closed.csv"), ReadAll(*data_ / "expected.csv"));
}

}  // namespace
}  // namespace auif
