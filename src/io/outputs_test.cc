#include "io/outputs.h"

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "io/folder.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class OutputsTest : public testing::Test {
 protected:
  OutputsTest() {
    MakeFolder(folder_ / "in");
    MakeFolder(folder_ / "out");
    WriteFileAtomically(folder_ / "in" / "a.png", "a");
  }
  fs::path At(const std::string& name) const { return folder_ / name; }
  void Check(const std::vector<std::string>& outputs) const {
    std::vector<PlannedOutput> planned;
    for (const std::string& name : outputs) planned.push_back({At(name), "result " + name});
    CheckOutputs(planned, {At("in/a.png")});
  }
  TemporaryFolder folder_;
};

TEST_F(OutputsTest, OthersAreFine) {
  Check({"out/a.png", "out/b.png", "in/b.png", "new/folder/a.png", "new/a.png"});
  WriteFileAtomically(At("out/a.png"), "old result");
  Check({"out/a.png", "out/b.png"});
  CheckOutputs({{"/dev/null", "one"}, {"/dev/null", "other"}}, {"/dev/null"});
}

TEST_F(OutputsTest, AnInputByAnyNameIsRefused) {
  fs::create_symlink("../in/a.png", At("out/link.png"));
  fs::create_symlink(At("in"), At("linked"));
  fs::create_hard_link(At("in/a.png"), At("out/hard.png"));
  for (const char* name : {"in/a.png", "out/../in/a.png", "in/./a.png", "out/link.png",
                           "linked/a.png", "out/hard.png"}) {
    ExpectError(ErrorKind::kUsage, "would overwrite", [&] { Check({"out/b.png", name}); });
  }
}

TEST_F(OutputsTest, TwoOutputsOfOneFileAreRefused) {
  fs::create_symlink("b.png", At("out/dangling.png"));
  fs::create_symlink(At("out"), At("linked"));
  for (const char* name :
       {"out/b.png", "out/B.PNG", "out/../out/b.png", "out/dangling.png", "linked/b.png"}) {
    ExpectError(ErrorKind::kUsage, "would be one file", [&] { Check({"out/b.png", name}); });
  }
  ExpectError(ErrorKind::kUsage, "would be one file", [&] {
    Check({"new/x/../b.png", "new/b.png"});
  });
}

TEST_F(OutputsTest, AFolderIsRefused) {
  ExpectError(ErrorKind::kUsage, "would replace a folder", [&] { Check({"out"}); });
  CheckFolderOf(At("out/a.png"));
  ExpectError(ErrorKind::kOutput, "no such folder", [&] { CheckFolderOf(At("none/a.png")); });
}

TEST_F(OutputsTest, Within) {
  EXPECT_TRUE(IsWithin(At("in/a.png"), At("in")));
  EXPECT_TRUE(IsWithin(At("in"), At("in/")));
  EXPECT_TRUE(IsWithin(At("in/b/c"), At("out/../in")));
  EXPECT_FALSE(IsWithin(At("inn/a.png"), At("in")));
  EXPECT_FALSE(IsWithin(At("in"), At("in/b")));
}

}  // namespace
}  // namespace auif
