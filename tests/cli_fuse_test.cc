// `auif fuse` as its users meet it: files, folders, options, mistakes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "auif/fuse.h"
#include "auif/io.h"
#include "auif/model_io.h"
#include "methods/onnx_test_util.h"
#include "scene/scene.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliFuseTest : public testing::Test {
 protected:
  CliFuseTest() {
    SceneOptions options;
    options.width = 64;
    options.height = 48;
    scene_ = RenderScene(options);
    WriteImage(In("ir.png"), scene_.ir);
    WriteImage(In("vis.png"), scene_.vis);
  }

  fs::path In(const std::string& name) const { return folder_ / name; }
  RunResult Fuse(const std::string& arguments) const {
    return RunShell("cd " + folder_.path().string() + " && " + ProgramPath() + " fuse " +
                    arguments);
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
  Scene scene_;
};

// Nothing that is read is overwritten, and no result replaces another; seen before the first write.
TEST_F(CliFuseTest, OutputsNeverReplaceSourcesOrEachOther) {
  const std::string ir = ReadAll(In("ir.png")), vis = ReadAll(In("vis.png"));
  const auto copy = [&](const std::string& folder, const std::vector<std::string>& names) {
    fs::create_directories(In(folder));
    for (const std::string& name : names) {
      WriteAll(In(folder) / name, name.find("vis") != name.npos ? vis : ir);
    }
  };
  const auto refused = [&](const std::string& arguments, const std::vector<std::string>& texts) {
    SCOPED_TRACE(arguments);
    const auto bytes = [&] {
      std::map<std::string, std::string> all;
      for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
        if (entry.is_regular_file()) all[entry.path().string()] = ReadAll(entry.path());
      }
      return all;
    };
    const auto before = bytes();
    ExpectOneLine(Fuse(arguments), 2, texts);
    EXPECT_EQ(bytes(), before);
  };
  copy("chain", {"a_ir.png", "a_vis.png", "a_ir_ir.png", "a_ir_vis.png"});
  refused("chain -o chain", {"would overwrite chain/a_ir.png"});
  copy("loose", {"a_ir.png", "a_vis.png", "a.png"});
  refused("loose -o loose", {"would overwrite loose/a.png"});
  refused("loose -o ./loose/../loose", {"would overwrite"});
  fs::create_directory_symlink("loose", In("link"));
  refused("loose -o link", {"would overwrite"});
  copy("two/ir", {"a.png", "a_ir.png"});
  copy("two/vis", {"a.png", "a_vis.png"});
  refused("two/ir two/vis -o out", {"the result of a.png and the result of a_ir.png", "one file"});
  EXPECT_FALSE(fs::exists(In("out")));
  copy("layers", {"a_ir.png", "a_vis.png", "a_ir_BN.png"});
  refused("layers -o out --decompose layers", {"would overwrite layers/a_ir_BN.png"});
  refused("ir.png vis.png -o d/vis_ir_B0.png --decompose d", {"one file"});
  WriteAll(In("m.png"), "a model");
  refused("ir.png vis.png -o m.png --model m.png", {"would overwrite m.png"});
  // What lies in the folder and is not a source is replaced as ever.
  copy("plain", {"a_ir.png", "a_vis.png"});
  EXPECT_EQ(Fuse("plain -o done").code, 0);
  EXPECT_EQ(Fuse("plain -o done").code, 0);
}

TEST_F(CliFuseTest, ResultIsTheLibrarysRounded) {
  ASSERT_EQ(Fuse("ir.png vis.png -o out.png").code, 0);
  const Image fused =
      Fuser(DefaultModel()).Fuse(ReadImage(In("ir.png")).Grey(), ReadImage(In("vis.png")).Grey());
  const Plane<std::uint8_t> expected = fused.GreyAs<std::uint8_t>();
  const cv::Mat out = cv::imread(In("out.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(out.type(), CV_8UC1);
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      ASSERT_EQ(out.at<unsigned char>(y, x), expected.Row(y)[x]);
    }
  }
}

TEST_F(CliFuseTest, SameFileForAnyNumberOfThreads) {
  ASSERT_EQ(Fuse("ir.png vis.png -o one.png --threads 1").code, 0);
  for (const char* threads : {"2", "3", "4"}) {
    ASSERT_EQ(Fuse(std::string("ir.png vis.png -o many.png --threads ") + threads).code, 0);
    EXPECT_EQ(ReadAll(In("one.png")), ReadAll(In("many.png")));
  }
}

TEST_F(CliFuseTest, OptionsChangeTheResultAsTheyShould) {
  ASSERT_EQ(Fuse("ir.png vis.png -o add.png").code, 0);
  ASSERT_EQ(Fuse("ir.png vis.png -o average.png --strategy average").code, 0);
  ASSERT_EQ(Fuse("ir.png vis.png -o halves.png --weights 0.5,0.5,0.5,0.5").code, 0);
  ASSERT_EQ(Fuse("ir.png vis.png -o l1.png --strategy L1").code, 0);
  EXPECT_EQ(ReadAll(In("average.png")), ReadAll(In("halves.png")));
  EXPECT_NE(ReadAll(In("average.png")), ReadAll(In("add.png")));
  EXPECT_NE(ReadAll(In("l1.png")), ReadAll(In("average.png")));
}

TEST_F(CliFuseTest, MethodsAreFoundByNameAndTakeTheirOptions) {
  ASSERT_EQ(Fuse("ir.png vis.png -o auif.png --method auif").code, 0);
  ASSERT_EQ(Fuse("ir.png vis.png -o plain.png").code, 0);
  EXPECT_EQ(ReadAll(In("auif.png")), ReadAll(In("plain.png")));
  ASSERT_EQ(Fuse("ir.png vis.png -o max.png --method max").code, 0);
  const Image ir = ReadImage(In("ir.png")), vis = ReadImage(In("vis.png"));
  const Image max = ReadImage(In("max.png"));
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 64; ++x) {
      const auto larger =
          std::max(ir.View<std::uint8_t>().Row(y)[x], vis.View<std::uint8_t>().Row(y)[x]);
      ASSERT_EQ(max.View<std::uint8_t>().Row(y)[x], larger);
    }
  }
  ASSERT_EQ(Fuse("ir.png vis.png -o l5.png --method laplacian").code, 0);
  ASSERT_EQ(Fuse("ir.png vis.png -o l1.png --method laplacian --method-option levels=1").code, 0);
  EXPECT_NE(ReadAll(In("l1.png")), ReadAll(In("l5.png")));
  // The same for colour, 16 bits and rows.
  ASSERT_EQ(Fuse("ir.png vis.png -o deep.png --method guided-filter --bits 16").code, 0);

  const std::string pair = "ir.png vis.png -o out.png ";
  ExpectOneLine(Fuse(pair + "--method laplacain"), 2, {"laplacain", "did you mean 'laplacian'?"});
  ExpectOneLine(Fuse(pair + "--method laplacian --method-option level=3"), 2,
                {"level", "did you mean 'levels'?"});
  ExpectOneLine(Fuse(pair + "--method laplacian --method-option levels"), 2,
                {"--method-option", "KEY=VALUE"});
  ExpectOneLine(Fuse(pair + "--method laplacian --method-option levels=0"), 2,
                {"levels", "1 to 20"});
  ExpectOneLine(Fuse(pair + "--method average --strategy l1"), 2, {"average", "strategy"});
  ExpectOneLine(Fuse(pair + "--method average --decompose layers"), 2, {"average", "layers"});
  EXPECT_FALSE(fs::exists(In("out.png")));
  EXPECT_FALSE(fs::exists(In("layers")));

  const RunResult list = RunAuif("info --methods");
  EXPECT_EQ(list.code, 0);
  for (const char* part : {"auif:", "laplacian:", "levels=5", "guided-filter, gff:", "ir=0.5"}) {
    EXPECT_NE(list.out.find(part), std::string::npos) << part;
  }
}

TEST_F(CliFuseTest, EveryFormatIsReadAlike) {
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  for (const char* extension : {"bmp", "tif", "pgm"}) {
    for (const char* name : {"ir", "vis"}) {
      const cv::Mat image =
          cv::imread(In(name + std::string(".png")).string(), cv::IMREAD_UNCHANGED);
      cv::imwrite(In(name + std::string(".") + extension).string(), image);
    }
    const std::string e = extension;
    ASSERT_EQ(Fuse("ir." + e + " vis." + e + " -o out.png").code, 0) << e;
    EXPECT_EQ(ReadAll(In("out.png")), ReadAll(In("expected.png"))) << e;
  }
  cv::imwrite(In("ir.jpg").string(), cv::imread(In("ir.png").string(), cv::IMREAD_UNCHANGED));
  EXPECT_EQ(Fuse("ir.jpg vis.png -o out.jpg").code, 0);
}

TEST_F(CliFuseTest, GreyStoredAsRgbAndSixteenBitsAreTheSameGrey) {
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  const cv::Mat grey = cv::imread(In("ir.png").string(), cv::IMREAD_UNCHANGED);
  cv::Mat rgb, wide;
  cv::merge(std::vector<cv::Mat>{grey, grey, grey}, rgb);
  cv::imwrite(In("rgb.png").string(), rgb);
  grey.convertTo(wide, CV_16U, 257);  // v / 255 = 257 v / 65535
  cv::imwrite(In("wide.png").string(), wide);
  for (const char* name : {"rgb.png", "wide.png"}) {
    ASSERT_EQ(Fuse(std::string(name) + " vis.png -o out.png").code, 0);
    EXPECT_EQ(ReadAll(In("out.png")), ReadAll(In("expected.png"))) << name;
  }
  ASSERT_EQ(Fuse("wide.png vis.png -o out.png --bits 16").code, 0);
  const cv::Mat out = cv::imread(In("out.png").string(), cv::IMREAD_UNCHANGED);
  EXPECT_EQ(out.type(), CV_16UC1);
  const cv::Mat expected = cv::imread(In("expected.png").string(), cv::IMREAD_UNCHANGED);
  EXPECT_NEAR(out.at<unsigned short>(20, 30) / 257.0, expected.at<unsigned char>(20, 30), 0.51);
}

TEST_F(CliFuseTest, ColourKeepsItsChroma) {
  WriteImage(In("colour.png"), Image(scene_.rgb));
  ASSERT_EQ(Fuse("ir.png colour.png -o out.png").code, 0);
  const cv::Mat source = cv::imread(In("colour.png").string(), cv::IMREAD_UNCHANGED);
  const cv::Mat out = cv::imread(In("out.png").string(), cv::IMREAD_UNCHANGED);
  ASSERT_EQ(out.type(), CV_8UC3);
  int compared = 0;
  for (int y = 0; y < out.rows; ++y) {
    for (int x = 0; x < out.cols; ++x) {
      const cv::Vec3b a = source.at<cv::Vec3b>(y, x), b = out.at<cv::Vec3b>(y, x);
      if (b[0] % 255 == 0 || b[1] % 255 == 0 || b[2] % 255 == 0) continue;  // clamped
      // B - G and R - G are linear in Cb and Cr; two roundings each.
      EXPECT_NEAR(b[0] - b[1], a[0] - a[1], 1.01);
      EXPECT_NEAR(b[2] - b[1], a[2] - a[1], 1.01);
      ++compared;
    }
  }
  EXPECT_GT(compared, 1000);
}

TEST_F(CliFuseTest, TallImagesAreTheSameByRows) {
  // --decompose needs whole images. A pipe's rows cannot be read twice either.
  for (const int channels : {1, 3}) {
    cv::Mat ir(700, 60, CV_8UC1), vis(700, 60, CV_MAKETYPE(CV_8U, channels));
    cv::randu(ir, 0, 256);
    cv::randu(vis, 0, 256);
    cv::imwrite(In("tall-ir.png").string(), ir);
    cv::imwrite(In("tall-vis.png").string(), vis);
    ASSERT_EQ(Fuse("tall-ir.png tall-vis.png -o whole.png --decompose layers").code, 0);
    ASSERT_EQ(Fuse("tall-ir.png tall-vis.png -o rows.png").code, 0);
    EXPECT_TRUE(ReadAll(In("rows.png")) == ReadAll(In("whole.png")));
    const RunResult pipe = RunShell("cd " + folder_.path().string() + " && cat tall-vis.png | " +
                                    ProgramPath() + " fuse tall-ir.png /dev/stdin -o pipe.png");
    ASSERT_EQ(pipe.code, 0) << pipe.err;
    EXPECT_TRUE(ReadAll(In("pipe.png")) == ReadAll(In("whole.png")));
  }
}

TEST_F(CliFuseTest, TallImagesNeedLittleMemory) {
#ifdef AUIF_SANITIZED
  GTEST_SKIP() << "the sanitizer's own memory is above any bound";
#endif
  const cv::Mat image(2160, 3840, CV_8UC1, cv::Scalar(100));
  cv::imwrite(In("big.pgm").string(), image);
  // Two sources, the result and 32 MiB, in KiB; whole planes of float alone are 95 MiB.
  const std::string bound =
      "ulimit -d " + std::to_string(3 * 3840 * 2160 / 1024 + 32 * 1024) + " && ";
  const auto fuse = [&](const std::string& rest) {
    return RunShell("cd " + folder_.path().string() + " && " + bound + ProgramPath() +
                    " fuse big.pgm big.pgm -o big.png --threads 2 " + rest);
  };
  const RunResult rows = fuse("");
  EXPECT_EQ(rows.code, 0) << rows.err;
  ExpectOneLine(fuse("--decompose layers"), 1, {"memory"});
}

TEST_F(CliFuseTest, NetworksAsOnnxFiles) {
  WriteAll(In("mean.onnx"), onnx::WeightedSum(0.5f, 0.5f).Bytes());
  RunResult run = Fuse("ir.png vis.png -o out.bmp --method onnx:mean.onnx");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  ASSERT_EQ(Fuse("ir.png vis.png -o average.bmp --method average").code, 0);
  const cv::Mat fused = cv::imread(In("out.bmp").string(), cv::IMREAD_UNCHANGED);
  EXPECT_LE(
      cv::norm(fused, cv::imread(In("average.bmp").string(), cv::IMREAD_UNCHANGED), cv::NORM_INF),
      1);
  // What is resized is said, in one line.
  WriteAll(In("fixed.onnx"), onnx::WeightedSum(1, 0, {1, 1, 24, 32}).Bytes());
  run = Fuse("ir.png vis.png -o out.bmp --method ONNX:fixed.onnx");
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err.find("auif: note: "), 0u) << run.err;
  EXPECT_NE(run.err.find("32x24"), std::string::npos) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_EQ(Fuse("ir.png vis.png -o out.bmp -q --method onnx:fixed.onnx").err, "");
  // The file is not overwritten.
  WriteAll(In("net.bmp"), onnx::WeightedSum(1, 0).Bytes());
  ExpectOneLine(Fuse("ir.png vis.png -o net.bmp --method onnx:net.bmp"), 2, {"overwrite"});
  ExpectOneLine(Fuse("ir.png vis.png -o o.bmp --method onnx:none.onnx"), 1, {"none.onnx"});
  ExpectOneLine(Fuse("ir.png vis.png -o o.bmp --method onnx:ir.png"), 1, {"not an ONNX file"});
  ExpectOneLine(Fuse("ir.png vis.png -o o.bmp --method onnx"), 2, {"onnx:FILE"});
  EXPECT_NE(RunAuif("info --methods").out.find("\nonnx:FILE: any network"), std::string::npos);
}

TEST_F(CliFuseTest, DecomposeWritesAllLayers) {
  ASSERT_EQ(Fuse("ir.png vis.png -o out.png --decompose layers").code, 0);
  for (const char* source : {"ir", "vis"}) {
    for (const char* map : {"B0", "D0", "BN", "DN"}) {
      const fs::path path = In("layers") / (std::string("vis_") + source + "_" + map + ".png");
      EXPECT_EQ(cv::imread(path.string(), cv::IMREAD_UNCHANGED).size(), cv::Size(64, 48)) << path;
    }
  }
  const std::string ranges = ReadAll(In("layers") / "vis_ranges.csv");
  EXPECT_EQ(std::count(ranges.begin(), ranges.end(), '\n'), 9);
}

TEST_F(CliFuseTest, FoldersArePairedAndOneBadPairDoesNotStopTheOthers) {
  for (const char* name : {"a", "b", "c"}) {
    for (const char* side : {"Infrared", "visible"}) {
      fs::create_directories(In("set") / side);
      fs::copy_file(In(std::string(side) == "visible" ? "vis.png" : "ir.png"),
                    In("set") / side / (std::string(name) + ".png"));
    }
  }
  WriteAll(In("set") / "visible" / "b.png", "this is text");
  fs::copy_file(In("ir.png"), In("set") / "Infrared" / "alone.png");
  const RunResult run = Fuse("set -o out");
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(fs::exists(In("out") / "a.png"));
  EXPECT_TRUE(fs::exists(In("out") / "c.png"));
  EXPECT_FALSE(fs::exists(In("out") / "b.png"));
  EXPECT_NE(run.err.find("visible/b.png: not an image"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("alone.png: the image has no partner"), std::string::npos) << run.err;
  EXPECT_NE(run.out.find("2 of 3 pairs fused into out; 1 image has no partner\n"),
            std::string::npos)
      << run.out;
  ASSERT_EQ(Fuse("ir.png vis.png -o expected.png").code, 0);
  EXPECT_EQ(ReadAll(In("out") / "a.png"), ReadAll(In("expected.png")));
}

TEST_F(CliFuseTest, TwoFoldersAndOtherExtensions) {
  fs::create_directories(In("x"));
  fs::create_directories(In("y"));
  fs::copy_file(In("ir.png"), In("x") / "Scene_IR.png");
  fs::copy_file(In("vis.png"), In("y") / "scene_vis.png");
  ASSERT_EQ(Fuse("x y -o out --ext bmp -q").code, 0);
  EXPECT_TRUE(fs::exists(In("out") / "Scene.bmp"));
}

TEST_F(CliFuseTest, MistakesInTheCommandAreWrongUse) {
  ExpectOneLine(Fuse("ir.png vis.png"), 2, {"--output"});
  ExpectOneLine(Fuse("ir.png vis.png -o out.png --strategy best"), 2, {"strategy", "best"});
  ExpectOneLine(Fuse("ir.png vis.png -o out.xyz"), 2, {"out.xyz", "unknown image format"});
  ExpectOneLine(Fuse("ir.png vis.png -o out.jpg --bits 16"), 2, {"out.jpg", "16-bit samples"});
  ExpectOneLine(Fuse("ir.png vis.png -o ir.png"), 2, {"ir.png", "overwrite"});
  ExpectOneLine(Fuse("ir.png . -o out.png"), 2, {"folder"});
  ExpectOneLine(Fuse("ir.png -o out.png"), 2, {"visible image is missing"});
  ExpectOneLine(Fuse("ir.png vis.png -o out.png --threads 0"), 2, {"--threads"});
  ExpectOneLine(RunAuif("smelt a b"), 2, {"no command 'smelt'"});
  EXPECT_EQ(Files(), (std::vector<std::string>{"ir.png", "vis.png"}));
}

TEST_F(CliFuseTest, BadFilesAreNamed) {
  ExpectOneLine(Fuse("missing.png vis.png -o out.png"), 1, {"missing.png", "no such file"});
  WriteAll(In("text.png"), "this is text\n");
  ExpectOneLine(Fuse("ir.png text.png -o out.png"), 1, {"text.png", "not an image"});
  WriteAll(In("empty.png"), "");
  ExpectOneLine(Fuse("ir.png empty.png -o out.png"), 1, {"empty.png", "empty"});
  WriteImage(In("other.png"), RandomImage(65, 48, 1));
  ExpectOneLine(Fuse("ir.png other.png -o out.png"), 1, {"ir.png", "other.png", "64x48", "65x48"});
  WriteImage(In("tiny.png"), RandomImage(64, 9, 1));
  ExpectOneLine(Fuse("tiny.png tiny.png -o out.png"), 1, {"tiny.png", "64x9", "10x10"});
  fs::create_directories(In("nothing"));
  fs::create_directories(In("none"));
  ExpectOneLine(Fuse("nothing none -o out"), 1, {"nothing", "no images"});
  ExpectOneLine(Fuse("nothing -o out"), 1, {"nothing", "no images"});
}

TEST_F(CliFuseTest, ImagesCutShortAreRefusedInEveryFormat) {
  const cv::Mat image = cv::imread(In("ir.png").string(), cv::IMREAD_UNCHANGED);
  for (const char* extension : {"png", "jpg", "bmp", "tif", "pgm"}) {
    const fs::path path = In(std::string("cut.") + extension);
    cv::imwrite(path.string(), image);
    const std::string whole = ReadAll(path);
    for (double part : {0.3, 0.6, 0.95}) {
      WriteAll(path, whole.substr(0, static_cast<std::size_t>(part * whole.size())));
      const RunResult run = Fuse("ir.png " + path.string() + " -o out.png");
      ExpectOneLine(run, 1, {path.filename().string()});
      EXPECT_FALSE(fs::exists(In("out.png"))) << extension << " " << part;
    }
  }
}

TEST_F(CliFuseTest, BadModelsAreNamed) {
  Model model = DefaultModel();
  SaveModel(model, In("good.safetensors"));
  ASSERT_EQ(Fuse("ir.png vis.png -o out.png --model good.safetensors").code, 0);
  const std::string good = ReadAll(In("good.safetensors"));
  WriteAll(In("short.safetensors"), good.substr(0, good.size() - 5));
  ExpectOneLine(Fuse("ir.png vis.png -o o.png --model short.safetensors"), 1,
                {"short.safetensors"});
  std::string nan = good;
  for (std::size_t i = 1; i <= 4; ++i) nan[nan.size() - i] = '\xff';
  WriteAll(In("nan.safetensors"), nan);
  ExpectOneLine(Fuse("ir.png vis.png -o o.png --model nan.safetensors"), 1,
                {"nan.safetensors", "not finite"});
  std::string shape = good;
  const std::size_t at = shape.find("[64,1,3,3]");
  ASSERT_NE(at, shape.npos);
  shape.replace(at, 10, "[32,2,3,3]");
  WriteAll(In("shape.safetensors"), shape);
  ExpectOneLine(Fuse("ir.png vis.png -o o.png --model shape.safetensors"), 1,
                {"shape.safetensors", "(32, 2, 3, 3)", "(64, 1, 3, 3)"});
  EXPECT_FALSE(fs::exists(In("o.png")));
}

TEST_F(CliFuseTest, WhatCannotBeWrittenLeavesNothingBehind) {
  // A limit on the size of files stands in for a full disk: writes fail half-way.
  WriteImage(In("noise.png"), RandomImage(300, 200, 1));
  const RunResult full = RunShell("cd " + folder_.path().string() + " && ulimit -f 8 && " +
                                  ProgramPath() + " fuse noise.png noise.png -o out.bmp");
  ExpectOneLine(full, 1, {"out.bmp"});
  EXPECT_EQ(Files(), (std::vector<std::string>{"ir.png", "noise.png", "vis.png"}));
  // An old result survives.
  ASSERT_EQ(Fuse("noise.png noise.png -o out.bmp").code, 0);
  const std::string old = ReadAll(In("out.bmp"));
  RunShell("cd " + folder_.path().string() + " && ulimit -f 8 && " + ProgramPath() +
           " fuse noise.png noise.png -o out.bmp --strategy l1");
  EXPECT_EQ(ReadAll(In("out.bmp")), old);

  ExpectOneLine(Fuse("ir.png vis.png -o no/such/out.png"), 1, {"no/such/out.png"});
  fs::create_directories(In("set/ir"));
  fs::create_directories(In("set/vis"));
  fs::copy_file(In("ir.png"), In("set/ir/a.png"));
  fs::copy_file(In("vis.png"), In("set/vis/a.png"));
  ExpectOneLine(Fuse("set -o ir.png/out"), 1, {"ir.png/out", "folder"});
}

// The samples of the scene's infrared image without any header.
}  // namespace
}  // namespace auif
