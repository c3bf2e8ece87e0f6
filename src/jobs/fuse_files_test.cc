#include "jobs/fuse_files.h"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/model_io.h"
#include "image/palette.h"
#include "tests/expect_error.h"
#include "tests/image_files.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class FuseFilesTest : public testing::Test {
 protected:
  // Several chunks and a part of one, so that rows are read, computed and written at once.
  static constexpr int kWidth = 50, kHeight = 170;

  void WriteSources(const std::string& ir, const std::string& vis, int channels, int bits) {
    cv::imwrite(In(ir).string(), TestMat(kWidth, kHeight, 1, bits, 1));
    cv::imwrite(In(vis).string(), TestMat(kWidth, kHeight, channels, bits, 2));
  }
  fs::path In(const std::string& name) const { return folder_ / name; }
  // The same bytes as whole images give, for any number of threads.
  void ExpectSameFile(const std::string& ir, const std::string& vis, const std::string& out,
                      int bits, const ColourRule& rule = {}) {
    const SampleType type = bits == 8 ? SampleType::kUint8 : SampleType::kUint16;
    SCOPED_TRACE(ir + " " + vis + " " + out + " " + std::to_string(bits));
    const Image whole_ir = ReadImage(In(ir)), whole_vis = ReadImage(In(vis));
    FuseWhole(*method_, whole_ir, whole_vis, OpenOutput(In("whole-" + out), type), rule);
    for (int threads : {1, 3}) {
      PairOptions options;
      options.colour = rule;
      OpenPair sources = OpenSources(*method_, In(ir), In(vis), options);
      FuseRows(*method_, sources, OpenOutput(In(out), type), threads);
      EXPECT_TRUE(ReadAll(In(out)) == ReadAll(In("whole-" + out))) << threads << " threads";
    }
  }

  TemporaryFolder folder_;
  const std::unique_ptr<FusionMethod> method_ = OpenMethod("auif", {}, 1);
};

TEST_F(FuseFilesTest, EveryFormatGivesTheFileOfWholeImages) {
  for (const std::string extension : {".png", ".tif", ".pgm", ".bmp", ".jpg"}) {
    WriteSources("ir" + extension, "vis" + extension, 1, 8);
    ExpectSameFile("ir" + extension, "vis" + extension, "out" + extension, 8);
  }
  for (const std::string extension : {".png", ".tif", ".pgm"}) {
    WriteSources("ir" + extension, "vis" + extension, 1, 16);
    ExpectSameFile("ir" + extension, "vis" + extension, "out" + extension, 16);
  }
  ExpectSameFile("ir.png", "vis.tif", "out.ppm", 8);
}

TEST_F(FuseFilesTest, ColourGivesTheFileOfWholeImages) {
  for (int bits : {8, 16}) {
    WriteSources("ir.png", "vis.png", 3, bits);
    ExpectSameFile("ir.png", "vis.png", "out.png", bits);
    ExpectSameFile("ir.png", "vis.png", "out.pgm", bits);
    // An infrared image in colours is its luma.
    ExpectSameFile("vis.png", "ir.png", "out.png", bits);
  }
  WriteSources("ir.png", "vis.jpg", 3, 8);
  ExpectSameFile("ir.png", "vis.jpg", "out.jpg", 8);
}

TEST_F(FuseFilesTest, GreyInThreeChannelsIsGreyUntilAColourComes) {
  WriteSources("ir.png", "grey.png", 1, 8);
  cv::Mat image = cv::imread(In("grey.png").string(), cv::IMREAD_COLOR);
  cv::imwrite(In("vis.png").string(), image);
  ExpectSameFile("ir.png", "vis.png", "out.png", 8);
  ExpectSameFile("vis.png", "ir.png", "out.png", 8);
  EXPECT_EQ(cv::imread(In("out.png").string(), cv::IMREAD_UNCHANGED).channels(), 1);
  // A chunk and more behind the first rows of the result.
  image.at<cv::Vec3b>(150, 20) = {10, 20, 30};
  cv::imwrite(In("vis.png").string(), image);
  ExpectSameFile("ir.png", "vis.png", "out.png", 8);
  ExpectSameFile("vis.png", "ir.png", "out2.png", 8);
  EXPECT_EQ(cv::imread(In("out.png").string(), cv::IMREAD_UNCHANGED).channels(), 3);
}

TEST_F(FuseFilesTest, EveryColourRuleGivesTheFileOfWholeImages) {
  for (int bits : {8, 16}) {
    WriteSources("ir.png", "vis.png", 3, bits);
    ExpectSameFile("ir.png", "vis.png", "out.png", bits);
    std::string before = ReadAll(In("out.png"));
    for (const ColourRule& rule :
         {ColourRule{.luma = ColourRule::kBt709}, ColourRule{.chroma = ColourRule::kSaturation},
          ColourRule{.palette = "iron"}}) {
      ExpectSameFile("ir.png", "vis.png", "out.png", bits, rule);
      EXPECT_NE(ReadAll(In("out.png")), before);
      before = ReadAll(In("out.png"));
    }
    ExpectSameFile("ir.png", "vis.png", "out.pgm", bits, {.palette = "iron"});
  }
  // Heat on a grey visible image.
  WriteSources("ir.png", "grey.png", 1, 8);
  ExpectSameFile("ir.png", "grey.png", "out.png", 8, {.palette = "iron"});
  EXPECT_TRUE(ReadImage(In("out.png")).colour());
}

TEST_F(FuseFilesTest, APaletteOfTheInfraredImageIsTurnedBack) {
  WriteSources("grey.png", "vis.png", 1, 8);
  Image heat(ImageSpec{{kWidth, kHeight}, 3, SampleType::kFloat, {0, 1}, {}});
  const Image grey = ReadImage(In("grey.png"));
  std::vector<float> levels(kWidth);
  for (int y = 0; y < kHeight; ++y) {
    grey.GreyRow(y, levels.data());
    ColourRow(FindPalette("hot", ""), levels.data(), &heat, y);
  }
  WriteImage(In("hot.png"), heat.As(SampleType::kUint8));
  const auto read = [&](const std::string& name, const std::string& palette,
                        std::vector<std::string>* notes) {
    SourceOptions options;
    options.palette = palette;
    return UnitGrey(ReadSource(In(name), Modality::kInfrared, options, notes));
  };
  const auto difference = [&](const Plane<float>& a) {
    double sum = 0;
    for (int y = 0; y < kHeight; ++y) {
      grey.GreyRow(y, levels.data());
      for (int x = 0; x < kWidth; ++x) sum += std::abs(a.Row(y)[x] - levels[x]);
    }
    return sum / kWidth / kHeight;
  };
  std::vector<std::string> notes;
  EXPECT_LT(difference(read("hot.png", "auto", &notes)), 0.004);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0],
            "its colours are the palette hot: turned back into a scale (--ir-palette none takes "
            "their luma)");
  notes.clear();
  EXPECT_GT(difference(read("hot.png", "none", &notes)), 0.02);
  EXPECT_TRUE(notes.empty());
  EXPECT_LT(difference(read("grey.png", "auto", &notes)), 1e-6);
  EXPECT_TRUE(notes.empty());
  EXPECT_GT(difference(read("grey.png", "black-hot", &notes)), 0.1);
  EXPECT_NE(notes[0].find("black-hot"), std::string::npos) << notes[0];
  ExpectError(ErrorKind::kUsage, "no palette", [&] { read("hot.png", "x", &notes); });
  // A visible image is none; by rows it could not be told in time.
  OpenPair pair = OpenSources(*method_, In("hot.png"), In("vis.png"));
  EXPECT_FALSE(pair.ir.by_rows());
  EXPECT_TRUE(pair.vis.by_rows());
  PairOptions none;
  none.ir.palette = "none";
  EXPECT_TRUE(OpenSources(*method_, In("hot.png"), In("vis.png"), none).ir.by_rows());
}

TEST_F(FuseFilesTest, ColoursWithoutAPaletteMayMeanThatTheTwoAreSwapped) {
  WriteSources("grey.png", "colour.png", 3, 8);
  const auto notes = [&](const std::string& ir, const std::string& vis) {
    OpenPair sources = OpenSources(*method_, In(ir), In(vis));
    FuseOpened(*method_, sources, OpenOutput(In("out.png"), SampleType::kUint8), 1);
    return sources.ir.Notes();
  };
  EXPECT_TRUE(notes("grey.png", "colour.png").empty());
  const std::vector<std::string> swapped = notes("colour.png", "grey.png");
  ASSERT_EQ(swapped.size(), 2u);
  EXPECT_NE(swapped[0].find("no known palette"), std::string::npos) << swapped[0];
  EXPECT_NE(swapped[1].find("swapped"), std::string::npos) << swapped[1];
  EXPECT_EQ(notes("colour.png", "colour.png").size(), 1u);
}

TEST_F(FuseFilesTest, NothingIsLeftOfAResultWhoseSourceIsBroken) {
  // So large that rows are written before the end is missed.
  cv::imwrite(In("ir.png").string(), TestMat(500, 400, 1, 8, 1));
  cv::imwrite(In("vis.png").string(), TestMat(500, 400, 1, 8, 2));
  const std::string whole = ReadAll(In("vis.png"));
  WriteAll(In("vis.png"), whole.substr(0, whole.size() * 9 / 10));
  WriteAll(In("out.png"), "before");
  OpenPair sources = OpenSources(*method_, In("ir.png"), In("vis.png"));
  ExpectError(ErrorKind::kInput, "vis.png", [&] {
    FuseRows(*method_, sources, OpenOutput(In("out.png"), SampleType::kUint8), 2);
  });
  EXPECT_EQ(ReadAll(In("out.png")), "before");
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    files += !entry.path().empty();
  }
  EXPECT_EQ(files, 3);  // no half of a result
}

TEST_F(FuseFilesTest, RefusesWhatCannotBeWritten) {
  WriteSources("ir.pgm", "vis.pgm", 1, 8);
  for (const char* out : {"out.xyz", "out.jpg"}) {
    ExpectError(ErrorKind::kUsage, out, [&] {
      FuseFiles(*method_, In("ir.pgm"), In("vis.pgm"), In(out), {.type = SampleType::kUint16});
    });
  }
  OpenPair sources = OpenSources(*method_, In("ir.pgm"), In("vis.pgm"));
  ExpectError(ErrorKind::kOutput, "missing", [&] {
    FuseRows(*method_, sources, OpenOutput(In("missing/out.png"), SampleType::kUint8), 1);
  });
  ExpectError(ErrorKind::kOutput, "missing",
              [&] { FuseFiles(*method_, In("ir.pgm"), In("vis.pgm"), In("missing/out.png")); });
  ExpectError(ErrorKind::kUsage, "overwrite",
              [&] { FuseFiles(*method_, In("ir.pgm"), In("vis.pgm"), In("vis.pgm")); });
  cv::imwrite(In("small.pgm").string(), TestMat(kWidth, kHeight - 1, 1, 8));
  ExpectError(ErrorKind::kInput, "small.pgm 50x169",
              [&] { FuseFiles(*method_, In("ir.pgm"), In("small.pgm"), In("out.pgm")); });
}

}  // namespace
}  // namespace auif
