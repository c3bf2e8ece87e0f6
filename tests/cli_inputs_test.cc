// Images as people have them: names, folders, ranges, sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "auif/io.h"
#include "io/folder.h"
#include "scene/scene.h"
#include "tests/paths.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliInputsTest : public testing::Test {
 protected:
  CliInputsTest() {
    SceneOptions options;
    options.width = 160;
    options.height = 128;
    scene_ = RenderScene(options);
    WriteImage(In("ir.png"), scene_.ir);
    WriteImage(In("vis.png"), scene_.vis);
    WriteImage(In("raw.png"), scene_.ir_raw);
  }

  fs::path In(const std::string& name) const { return folder_ / name; }
  RunResult Auif(const std::string& arguments) const {
    return RunShell("cd " + folder_.path().string() + " && " + ProgramPath() + " " + arguments);
  }
  void Copy(const std::string& from, const std::string& to) const {
    MakeFolder(In(to).parent_path());
    fs::copy_file(In(from), In(to));
  }
  // Whether some of the program's output has the text.
  static void ExpectIn(const std::string& output, const std::string& text) {
    EXPECT_NE(output.find(text), std::string::npos) << "'" << text << "' is not in " << output;
  }
  static void ExpectOneLine(const RunResult& run, int code, const std::string& text) {
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_EQ(run.err.rfind("auif: error: ", 0), 0u) << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    ExpectIn(run.err, text);
  }

  TemporaryFolder folder_;
  Scene scene_;
};

double Correlation(const Plane<float>& a, const Plane<float>& b) {
  double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  const double n = static_cast<double>(a.width()) * a.height();
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      const double p = a.Row(y)[x], q = b.Row(y)[x];
      sum_a += p, sum_b += q, aa += p * p, bb += q * q, ab += p * q;
    }
  }
  return (ab - sum_a * sum_b / n) / std::sqrt((aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n));
}

TEST_F(CliInputsTest, RawThermalValuesShowTheSameHeat) {
  ASSERT_EQ(Auif("fuse ir.png vis.png -o eight.png").code, 0);
  const RunResult run = Auif("fuse raw.png vis.png -o raw-fused.png");
  ASSERT_EQ(run.code, 0) << run.err;
  ExpectIn(run.err, "auif: note: raw.png: its values from ");
  const Plane<float> eight = ReadImage(In("eight.png")).Grey();
  EXPECT_GT(Correlation(ReadImage(In("raw-fused.png")).Grey(), eight), 0.98);
  // As it is, next to nothing of the heat is seen.
  const RunResult full = Auif("fuse raw.png vis.png -o full.png --ir-range full");
  EXPECT_EQ(full.err, "");
  EXPECT_LT(Correlation(ReadImage(In("full.png")).Grey(), eight), 0.95);
  // The range that was found, given as such, makes the same file.
  const std::string limits = run.err.substr(run.err.find("from ") + 5);
  const std::string low = limits.substr(0, limits.find(' '));
  const std::string high = limits.substr(limits.find("to ") + 3, 5);
  ASSERT_EQ(Auif("fuse raw.png vis.png -o given.png --ir-range " + low + "," + high).code, 0);
  EXPECT_EQ(ReadAll(In("given.png")), ReadAll(In("raw-fused.png")));
  ASSERT_EQ(Auif("fuse raw.png vis.png -o plateau.png --equalise plateau").code, 0);
  EXPECT_NE(ReadAll(In("plateau.png")), ReadAll(In("raw-fused.png")));
  ExpectOneLine(Auif("fuse raw.png vis.png -o x.png --ir-range 5"), 2, "--ir-range");
  ExpectOneLine(Auif("fuse raw.png vis.png -o x.png --equalise histogram"), 2, "--equalise");
}

// Rows one by one and whole images: the same file.
TEST_F(CliInputsTest, TallRawImages) {
  SceneOptions options;
  options.width = 100;
  options.height = 700;
  const Scene tall = RenderScene(options);
  WriteImage(In("tall.tif"), tall.ir_raw);
  WriteImage(In("tall-vis.png"), tall.vis);
  ASSERT_EQ(Auif("fuse tall.tif tall-vis.png -q -o rows.png").code, 0);
  ASSERT_EQ(Auif("fuse tall.tif tall-vis.png -q -o whole.png --decompose layers").code, 0);
  EXPECT_EQ(ReadAll(In("rows.png")), ReadAll(In("whole.png")));
}

TEST_F(CliInputsTest, EvalFollowsTheRangeAsTheConventionSays) {
  WriteImage(In("fused.png"), scene_.ir);
  const std::string sources = "eval --ir raw.png --vis vis.png --fused fused.png --metrics MI ";
  const RunResult found = Auif(sources + "--format csv"),
                  full = Auif(sources + "--format csv --ir-range full");
  ASSERT_EQ(found.code, 0) << found.err;
  ExpectIn(found.err, "raw.png: its values from ");
  EXPECT_EQ(full.err.find("its values from"), std::string::npos) << full.err;
  EXPECT_NE(found.out, full.out);
  const RunResult published = Auif(
      "eval --convention vifb --ir raw.png --vis vis.png --fused "
      "fused.png --format csv");
  EXPECT_EQ(published.err.find("its values from"), std::string::npos) << published.err;
}

TEST_F(CliInputsTest, SizesThatDifferNameWhatHelps) {
  SceneOptions options;
  options.width = 320;
  options.height = 256;
  WriteImage(In("large.png"), RenderScene(options).vis);
  ExpectOneLine(Auif("fuse ir.png large.png -o x.png"), 1,
                "if both show the same field, --resize vis makes the larger one smaller (2 times)");
  ASSERT_EQ(Auif("fuse ir.png large.png -o small.png --resize vis").code, 0);
  EXPECT_EQ(ReadImage(In("small.png")).size(), (Size{160, 128}));
  ASSERT_EQ(Auif("fuse ir.png large.png -o large-fused.png --resize ir").code, 0);
  EXPECT_EQ(ReadImage(In("large-fused.png")).size(), (Size{320, 256}));
  std::swap(options.width, options.height);
  WriteImage(In("tall.png"), RenderScene(options).vis);
  options.width = 128;
  options.height = 160;
  WriteImage(In("side.png"), RenderScene(options).vis);
  ExpectOneLine(Auif("fuse ir.png side.png -o x.png"), 1, "lies on its side");
  ExpectOneLine(Auif("fuse ir.png tall.png -o x.png"), 1, "different fields");
}

TEST_F(CliInputsTest, PairsTellsWhatBelongsTogether) {
  Copy("ir.png", "set/set00/lwir/I1.png");
  Copy("vis.png", "set/set00/visible/I1.png");
  Copy("ir.png", "set/set00/lwir/I2.png");
  const RunResult run = Auif("pairs set --layout kaist -o pairs.csv");
  EXPECT_EQ(run.code, 1);
  ExpectIn(run.out, "set00/I1: set/set00/lwir/I1.png + set/set00/visible/I1.png (equal names)\n");
  ExpectIn(run.out, "no partner: set/set00/lwir/I2.png");
  ExpectIn(run.out, "1 pair, 1 image without a partner, 0 of further bands\n");
  EXPECT_EQ(ReadAll(In("pairs.csv")),
            "infrared,visible,name\nset/set00/lwir/I1.png,set/set00/visible/I1.png,set00/I1\n");
  ASSERT_EQ(Auif("fuse --pairs pairs.csv -o out").code, 0);
  ASSERT_EQ(Auif("fuse ir.png vis.png -o expected.png").code, 0);
  EXPECT_EQ(ReadAll(In("out/set00/I1.png")), ReadAll(In("expected.png")));
  const RunResult scores = Auif("eval --pairs pairs.csv --fused out --metrics EN");
  EXPECT_EQ(scores.code, 0) << scores.err;
  ExpectOneLine(Auif("pairs set --layout kaisst"), 2, "did you mean 'kaist'?");
  ExpectOneLine(Auif("pairs"), 2, "no folder is given");
  ExpectOneLine(Auif("fuse set/set00/lwir set/set00/lwir -o out"), 2,
                "is given as the infrared and as the visible folder");
  ExpectOneLine(Auif("fuse set --match '(' -o out"), 2, "is no regular expression");
  ExpectOneLine(Auif("pairs set/set00 -o set/set00/lwir/I1.png"), 2, "would overwrite");

  MakeFolder(In("none"));
  Copy("ir.png", "none/a.png");
  Copy("vis.png", "none/b.png");
  const RunResult none = Auif("pairs none");
  EXPECT_EQ(none.code, 1);
  ExpectIn(none.out, "0 pairs, 2 images without a partner");
  ExpectOneLine(Auif("fuse none -o out"), 1, "no pairs among 2 images");
}

TEST_F(CliInputsTest, AFurtherBandIsNoted) {
  Copy("ir.png", "tno/LWIR.png");
  Copy("vis.png", "tno/Vis.png");
  Copy("vis.png", "tno/a_II.png");
  const RunResult run = Auif("fuse tno -o out");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "auif: note: a_II.png is of a further band and not used\n");
  ExpectIn(run.out, "1 of 1 pairs fused into out");
}

TEST_F(CliInputsTest, EvalFindsResultsByWhatTheirNamesShare) {
  for (const char* name : {"01", "02"}) {
    Copy("ir.png", std::string("ir/") + name + ".png");
    Copy("vis.png", std::string("vis/") + name + ".png");
    Copy("vis.png", std::string("method/") + name + "_U2_Fusion.png");
    Copy("vis.png", std::string("odd/r") + name + "x" + name + ".png");
  }
  const std::string sources = "eval --ir ir --vis vis --metrics EN --fused ";
  const RunResult run = Auif(sources + "method");
  EXPECT_EQ(run.code, 0) << run.err;
  ExpectIn(run.err, "names in method are compared without '_U2_Fusion' behind");
  EXPECT_EQ(Auif(sources + "odd").code, 1);
  EXPECT_EQ(Auif(sources + "odd --fused-match 'r(.*)x.*'").code, 0);
  ExpectOneLine(Auif(sources + "odd --fused-match 'r.*'"), 2, "needs one group");
}

}  // namespace
}  // namespace auif
