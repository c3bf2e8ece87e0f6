// `auif eval` as its users meet it.
#include <gtest/gtest.h>

#include <algorithm>

#include "auif/io.h"
#include "io/folder.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliEvalTest : public ::testing::Test {
 protected:
  CliEvalTest() {
    unsigned seed = 0;
    for (const char* folder : {"ir", "vis", "one", "two"}) {
      MakeFolder(folder_ / folder);
      for (const char* name : {"a.png", "b.png"}) {
        WriteImage(folder_.path() / folder / name, RandomImage(48, 48, ++seed));
      }
    }
    // Constant: entropy 0, no correlation.
    MakeFolder(folder_ / "flat");
    WriteImage(folder_ / "flat/a.png", Plane<float>(48, 48));
  }
  RunResult Eval(const std::string& arguments) const {
    return RunShell("cd " + folder_.path().string() + " && " + ProgramPath() + " eval " +
                    arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(CliEvalTest, MeansOverDifferentImagesAreNotCompared) {
  const std::string sources = "--ir ir --vis vis --metrics EN,SD --format table --fused one ";
  const RunResult same = Eval(sources + "--fused two");
  EXPECT_NE(same.out.find('*'), std::string::npos) << same.out;
  fs::remove(folder_ / "two/b.png");
  const RunResult fewer = Eval(sources + "--fused two");
  EXPECT_EQ(fewer.code, 0) << fewer.err;
  EXPECT_EQ(fewer.out.find_first_of("*+"), std::string::npos) << fewer.out;
  EXPECT_NE(fewer.out.find("one (2 images)"), std::string::npos) << fewer.out;
  EXPECT_NE(fewer.out.find("two (1 image)"), std::string::npos) << fewer.out;
}

TEST_F(CliEvalTest, MethodsBaselinesAndFormats) {
  WriteAll(folder_ / "published.csv", "method,EN,SD\nOld,9.5,\n");
  const RunResult run = Eval(
      "--ir ir --vis vis --fused one --fused 'T wo=two' --metrics EN,sd "
      "--baseline published.csv --format markdown");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(
      run.out.rfind("| method | EN ↑ | SD ↑ |\n|---|--:|--:|\n| Old | **9.5** | - |\n| one |", 0),
      0u)
      << run.out;
  EXPECT_NE(run.out.find("| T wo |"), std::string::npos) << run.out;
  EXPECT_NE(run.err.find("[4/4]"), std::string::npos) << run.err;
}

TEST_F(CliEvalTest, PerImageCsvIntoAFile) {
  const RunResult run = Eval(
      "-q --ir ir --vis vis --fused one --convention auif-paper --per-image --format csv -o x.csv");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.out + run.err, "");
  const std::string csv = ReadAll(folder_ / "x.csv");
  EXPECT_EQ(csv.rfind("image,EN,SD,SF,VIF,AG,SCD\na,", 0), 0u) << csv;
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
}

TEST_F(CliEvalTest, UndefinedIsSaid) {
  const RunResult run =
      Eval("--ir ir/a.png --vis vis/a.png --fused flat/a.png --metrics EN,CC --format csv");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.out, "method,EN,CC\na,0,undefined\n");
  EXPECT_EQ(run.err,
            "auif: note: CC is undefined for 1 of 1 image of a and left out of the mean: a\n");
}

// Before the work: nothing but the one line is said, and nothing is replaced.
TEST_F(CliEvalTest, OutputsThatWouldReplaceWhatIsRead) {
  const std::string image = ReadAll(folder_ / "ir/a.png");
  WriteAll(folder_ / "published.csv", "method,EN\nx,1\n");
  const std::string command = "--ir ir --vis vis --fused one --baseline published.csv -o ";
  ExpectOneLine(Eval(command + "ir/a.png"), 2, {"ir/a.png: the table would overwrite"});
  ExpectOneLine(Eval(command + "one/../one/a.png"), 2, {"the table would overwrite one/a.png"});
  ExpectOneLine(Eval(command + "published.csv"), 2, {"would overwrite published.csv"});
  ExpectOneLine(Eval(command + "one"), 2, {"one: the table would replace a folder"});
  ExpectOneLine(Eval(command + "no/table.csv"), 1, {"no: no such folder"});
  EXPECT_EQ(ReadAll(folder_ / "ir/a.png"), image);
}

TEST_F(CliEvalTest, Mistakes) {
  ExpectOneLine(Eval("--ir ir --vis vis"), 2, {"--fused is required"});
  ExpectOneLine(Eval("--ir ir --vis vis --fused one --convention mine"), 2,
                {"there are standard, auif-paper"});
  ExpectOneLine(Eval("--ir ir --vis vis --fused one --metrics XY"), 2, {"XY: the convention"});
  ExpectOneLine(Eval("--ir ir --vis vis --fused one --format xml"), 2, {"xml: no such format"});
  ExpectOneLine(Eval("--ir ir --vis vis --fused nothing"), 1, {"nothing: no such file"});
  ExpectOneLine(Eval("--ir ir --vis vis --fused one --baseline nothing.csv"), 1, {"nothing.csv"});
  ExpectOneLine(Eval("-q --ir ir --vis vis --fused one -o no/such/folder.csv"), 1, {"no/such"});
  fs::remove(folder_ / "vis/a.png");
  const RunResult run = Eval("-q --ir ir --vis vis --fused one --metrics EN --format csv");
  ExpectOneLine(run, 1, {"one/a.png: its source ir/a.png has no partner"});
  EXPECT_EQ(run.out.rfind("method,EN\none,", 0), 0u) << "the others are scored: " << run.out;
}

TEST_F(CliEvalTest, ListsAllConventions) {
  const RunResult run = Eval("--list");
  EXPECT_EQ(run.code, 0);
  for (const char* text : {"standard: ", "auif-paper: ", "tang: ", "cddfuse: ", "vifb: ", "Qcv"}) {
    EXPECT_NE(run.out.find(text), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace auif
