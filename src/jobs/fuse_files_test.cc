#include "jobs/fuse_files.h"

#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/model_io.h"
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
                      int bits) {
    const SampleType type = bits == 8 ? SampleType::kUint8 : SampleType::kUint16;
    SCOPED_TRACE(ir + " " + vis + " " + out + " " + std::to_string(bits));
    const Image whole_ir = ReadImage(In(ir)), whole_vis = ReadImage(In(vis));
    FuseWhole(*method_, whole_ir, whole_vis, OpenOutput(In("whole-" + out), type));
    for (int threads : {1, 3}) {
      OpenPair sources = OpenSources(*method_, In(ir), In(vis));
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
