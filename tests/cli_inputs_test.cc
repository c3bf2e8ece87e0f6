// Images as people have them: names, folders, ranges, sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
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
  RunResult Fuse(const std::string& arguments) const { return Auif("fuse " + arguments); }
  void Copy(const std::string& from, const std::string& to) const {
    MakeFolder(In(to).parent_path());
    fs::copy_file(In(from), In(to));
  }
  // Whether some of the program's output has the text.
  static void ExpectIn(const std::string& output, const std::string& text) {
    EXPECT_NE(output.find(text), std::string::npos) << "'" << text << "' is not in " << output;
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
  ExpectOneLine(Auif("fuse raw.png vis.png -o x.png --ir-range 5"), 2, {"--ir-range"});
  ExpectOneLine(Auif("fuse raw.png vis.png -o x.png --equalise histogram"), 2, {"--equalise"});
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
  ExpectOneLine(
      Auif("fuse ir.png large.png -o x.png"), 1,
      {"if both show the same field, --resize vis makes the larger one smaller (2 times)"});
  ASSERT_EQ(Auif("fuse ir.png large.png -o small.png --resize vis").code, 0);
  EXPECT_EQ(ReadImage(In("small.png")).size(), (Size{160, 128}));
  ASSERT_EQ(Auif("fuse ir.png large.png -o large-fused.png --resize ir").code, 0);
  EXPECT_EQ(ReadImage(In("large-fused.png")).size(), (Size{320, 256}));
  std::swap(options.width, options.height);
  WriteImage(In("tall.png"), RenderScene(options).vis);
  options.width = 128;
  options.height = 160;
  WriteImage(In("side.png"), RenderScene(options).vis);
  ExpectOneLine(Auif("fuse ir.png side.png -o x.png"), 1, {"lies on its side"});
  ExpectOneLine(Auif("fuse ir.png tall.png -o x.png"), 1, {"different fields"});
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
  for (const char* command : {"fuse -o out", "eval --fused out --ir set", "pairs"}) {
    SCOPED_TRACE(command);
    const std::string folders =
        std::string(command).starts_with("eval") ? " --vis set" : " set set";
    ExpectOneLine(Auif(command + folders + " --pairs pairs.csv"), 2,
                  {"the visible folder is not needed beside a list of pairs"});
  }
  ExpectOneLine(Auif("pairs set --layout kaisst"), 2, {"did you mean 'kaist'?"});
  ExpectOneLine(Auif("pairs"), 2, {"no folder is given"});
  ExpectOneLine(Auif("fuse set/set00/lwir set/set00/lwir -o out"), 2,
                {"is given as the infrared and as the visible folder"});
  ExpectOneLine(Auif("fuse set --match '(' -o out"), 2, {"is no regular expression"});
  ExpectOneLine(Auif("pairs set/set00 -o set/set00/lwir/I1.png"), 2, {"would overwrite"});

  MakeFolder(In("none"));
  Copy("ir.png", "none/a.png");
  Copy("vis.png", "none/b.png");
  const RunResult none = Auif("pairs none");
  EXPECT_EQ(none.code, 1);
  ExpectIn(none.out, "0 pairs, 2 images without a partner");
  ExpectOneLine(Auif("fuse none -o out"), 1, {"no pairs among 2 images"});
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
  ExpectOneLine(Auif(sources + "odd --fused-match 'r.*'"), 2, {"needs one group"});
}

TEST_F(CliInputsTest, PalettesAndColoursAsAskedFor) {
  const RunResult heat = Fuse("ir.png vis.png -o heat.png --palette iron");
  EXPECT_EQ(heat.code, 0) << heat.err;
  const Image result = ReadImage(In("heat.png"));
  EXPECT_TRUE(result.colour());
  // Back from a palette's colours: the pure ones, which the result's luma has changed.
  EXPECT_EQ(Fuse("heat.png vis.png -o none.png --ir-palette none").err, "");
  const RunResult named = Fuse("heat.png vis.png -o named.png --ir-palette iron");
  EXPECT_NE(named.err.find("heat.png: its colours are the palette iron: turned back"),
            std::string::npos)
      << named.err;
  EXPECT_NE(ReadAll(In("none.png")), ReadAll(In("named.png")));
  for (const std::string options : {"--luma 709", "--chroma saturation"}) {
    const RunResult run = Fuse("ir.png vis.png -o other.png " + options);
    EXPECT_EQ(run.code, 0) << run.err;
  }
  ExpectOneLine(Fuse("ir.png vis.png -o a.png --ir-palette irom"), 2,
                {"--ir-palette", "did you mean 'iron'"});
  ExpectOneLine(Fuse("ir.png vis.png -o a.png --palette x"), 2, {"--palette", "white-hot"});
}

TEST_F(CliInputsTest, RawSamples) {
  std::string raw = "header";
  const Image ir = ReadImage(In("ir.png"));
  for (int y = 0; y < 128; ++y) {
    const std::uint8_t* row = ir.View<std::uint8_t>().Row(y);
    raw.append(row, row + 160);
  }
  fs::create_directory(In("both"));
  for (const char* name : {"ir.raw", "both/a_ir.bin"}) WriteAll(In(name), raw);
  fs::copy(In("vis.png"), In("both/a_vis.png"));
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  EXPECT_EQ(Fuse("ir.raw vis.png -o a.png --raw 160x128:y8:6").code, 0);
  EXPECT_EQ(Fuse("both -o out --raw 160x128:y8:6").code, 0);
  EXPECT_EQ(ReadAll(In("a.png")), ReadAll(In("expected.png")));
  EXPECT_EQ(ReadAll(In("out/a.png")), ReadAll(In("expected.png")));
  ExpectOneLine(Fuse("ir.raw vis.png -o b.png"), 1, {"ir.raw", "--raw WIDTHxHEIGHT"});
  ExpectOneLine(Fuse("ir.raw vis.png -o b.png --raw 160x128:y16:6"), 1,
                {"has 20480 bytes of samples after 6", "needs 40960", "160x128:y8"});
  ExpectOneLine(Fuse("ir.raw vis.png -o b.png --raw 160x128:y9"), 2, {"--raw", "y9"});
}

TEST_F(CliInputsTest, FourthChannelIsInfrared) {
  const cv::Mat vis = cv::imread(In("vis.png").string(), cv::IMREAD_COLOR);
  const cv::Mat ir = cv::imread(In("ir.png").string(), cv::IMREAD_GRAYSCALE);
  cv::Mat both;
  cv::merge(std::vector<cv::Mat>{vis, ir}, both);
  cv::imwrite(In("rgbt.png").string(), both);
  fs::create_directory(In("folder"));
  fs::copy(In("rgbt.png"), In("folder/1.png"));
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  const RunResult run = Fuse("rgbt.png -o a.png --rgbt");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(ReadAll(In("a.png")), ReadAll(In("expected.png")));
  EXPECT_EQ(Fuse("folder -o out --rgbt").code, 0);
  EXPECT_EQ(ReadAll(In("out/1.png")), ReadAll(In("expected.png")));
  // Tall images are read row by row, and more than once.
  cv::imwrite(In("tall_ir.png").string(), cv::repeat(ir, 14, 1));
  cv::imwrite(In("tall_vis.png").string(), cv::repeat(vis, 14, 1));
  cv::imwrite(In("tall.png").string(), cv::repeat(both, 14, 1));
  EXPECT_EQ(Fuse("tall_ir.png tall_vis.png -o tall_expected.png").code, 0);
  EXPECT_EQ(Fuse("tall.png -o tall_fused.png --rgbt").code, 0);
  EXPECT_EQ(ReadAll(In("tall_fused.png")), ReadAll(In("tall_expected.png")));
  ExpectOneLine(Fuse("rgbt.png -o b.png"), 2, {"if the fourth is thermal, give --rgbt"});
  ExpectOneLine(Fuse("rgbt.png vis.png -o b.png --rgbt"), 2, {"each image is both"});
  ExpectOneLine(Fuse("vis.png -o b.png --rgbt"), 1, {"vis.png", "has no fourth channel"});
  EXPECT_NE(Fuse("ir.png rgbt.png -o b.png").err.find("its alpha channel is not used"),
            std::string::npos);
}

TEST_F(CliInputsTest, PagesAndFloats) {
  const cv::Mat ir = cv::imread(In("ir.png").string(), cv::IMREAD_GRAYSCALE);
  cv::imwritemulti(In("pages.tif").string(), std::vector<cv::Mat>{255 - ir, ir});
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  EXPECT_EQ(Fuse("pages.tif vis.png -o a.png --page 2").code, 0);
  EXPECT_EQ(ReadAll(In("a.png")), ReadAll(In("expected.png")));
  EXPECT_NE(
      Fuse("pages.tif vis.png -o b.png").err.find("pages.tif: has 2 pages, of which the first"),
      std::string::npos);
  ExpectOneLine(Fuse("pages.tif vis.png -o b.png --page 3"), 1, {"has 2 pages"});
  EXPECT_EQ(Fuse("pages.tif vis.png -o b.png --page 0").code, 2);

  const Plane<float> eight = ReadImage(In("expected.png")).Grey();
  Plane<float> first;
  for (const char* name : {"a.tif", "a.pfm", "a.npy"}) {
    ASSERT_EQ(Fuse(std::string("ir.png vis.png --bits 32f -o ") + name).code, 0);
    const Image image = ReadImage(In(name));
    ASSERT_EQ(image.type(), SampleType::kFloat);
    const Plane<float> grey = image.Grey();
    if (first.size() != grey.size()) first = grey;
    for (int y = 0; y < 128; ++y) {
      for (int x = 0; x < 160; ++x) {
        EXPECT_EQ(grey.View().Row(y)[x], first.View().Row(y)[x]) << name;
        EXPECT_NEAR(grey.View().Row(y)[x], eight.View().Row(y)[x], 0.01) << name;
      }
    }
  }
  ExpectOneLine(Fuse("ir.png vis.png -o b.pfm"), 2, {"--bits 32f"});
}

}  // namespace
}  // namespace auif
