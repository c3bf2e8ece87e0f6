// auif thermal, and auif fuse of radiometric files.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "auif/io.h"
#include "io/codecs/codec.h"
#include "tests/radiometric_file.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliThermalTest : public testing::Test {
 protected:
  CliThermalTest() {
    WriteAll(folder_ / "IR_1.jpg", RadiometricJpeg(raw_, visible_));
    WriteAll(folder_ / "plain.jpg", JpegWith({}));
  }
  RunResult Run(const std::string& arguments) const {
    return RunShell("cd " + folder_.path().string() + " && " + ProgramPath() + " " + arguments);
  }
  void ExpectFailure(const std::string& arguments, int code, const std::string& text) const {
    SCOPED_TRACE(arguments);
    ExpectOneLine(Run(arguments), code, {text});
  }

  const TemporaryFolder folder_;
  const cv::Mat raw_ = TestRaw(40, 30), visible_ = TestMat(120, 90, 3, 8);
};

TEST_F(CliThermalTest, RawValuesAndTheVisibleImage) {
  const RunResult run = Run("thermal IR_1.jpg -o raw.png --unit raw --visible v.png");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("Test cam, thermal 40x30, visible 120x90"), std::string::npos) << run.out;
  EXPECT_EQ(cv::norm(cv::imread(folder_ / "raw.png", cv::IMREAD_UNCHANGED), raw_, cv::NORM_INF), 0);
  // Colours were rounded and clamped on their way through Y, Cb and Cr.
  const cv::Mat visible = cv::imread(folder_ / "v.png");
  ASSERT_EQ(visible.size(), visible_.size());
  EXPECT_LT(cv::norm(visible, visible_, cv::NORM_L1) / (3 * 120 * 90), 20);
}

TEST_F(CliThermalTest, WhatTheFileHoldsIsPrinted) {
  const RunResult run = Run("thermal IR_1.jpg --emissivity 0.9 --distance 5 --reflected 10 --json");
  EXPECT_EQ(run.code, 0) << run.err;
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json.at("camera"), "Test cam");
  EXPECT_EQ(json.at("width"), 40);
  EXPECT_EQ(json.at("conditions").at("emissivity"), 0.9);
  EXPECT_EQ(json.at("conditions").at("distance"), 5);
  EXPECT_EQ(json.at("conditions").at("reflected"), 283.15);
  EXPECT_EQ(json.at("planck").at("O"), -5202);
  double least, most;
  cv::minMaxLoc(raw_, &least, &most);
  EXPECT_EQ(json.at("raw").at(0), least);
  EXPECT_EQ(json.at("raw").at(1), most);
  RadiometricImage image = ReadRadiometric(folder_ / "IR_1.jpg");
  ThermalConditions conditions = image.camera->conditions;
  conditions.emissivity = 0.9;
  conditions.distance = 5;
  conditions.reflected = 283.15;
  double coldest = 1e9;
  const Plane<float> kelvin = Temperatures(image, conditions);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) coldest = std::min<double>(coldest, kelvin.Row(y)[x]);
  }
  EXPECT_NEAR(json.at("kelvin").at(0), coldest, 1e-6);
  EXPECT_NE(Run("thermal IR_1.jpg").out.find("emissivity 1, distance 0 m"), std::string::npos);
}

TEST_F(CliThermalTest, TemperaturesAreWrittenAsFloats) {
  if (!FormatFor("a.tiff", SampleType::kUint8).Holds(SampleType::kFloat)) {
    ExpectFailure("thermal IR_1.jpg -o t.tiff", 2, "does not hold float samples");
    return;
  }
  ASSERT_EQ(Run("thermal IR_1.jpg -o c.tiff").code, 0);
  ASSERT_EQ(Run("thermal IR_1.jpg -o k.tiff --unit K").code, 0);
  const Image celsius = ReadImage(folder_ / "c.tiff"), kelvin = ReadImage(folder_ / "k.tiff");
  const RadiometricImage image = ReadRadiometric(folder_ / "IR_1.jpg");
  const Plane<float> expected = Temperatures(image, image.camera->conditions);
  for (int x = 0; x < 40; ++x) {
    EXPECT_EQ(kelvin.View<float>().Row(3)[x], expected.Row(3)[x]);
    EXPECT_NEAR(celsius.View<float>().Row(3)[x], expected.Row(3)[x] - 273.15, 1e-4);
  }
}

TEST_F(CliThermalTest, FoldersAreTakenWhole) {
  fs::create_directory(folder_ / "flir");
  for (const char* name : {"IR_1.jpg", "IR_2.jpg"}) {
    fs::copy(folder_ / "IR_1.jpg", folder_ / "flir" / name);
  }
  fs::copy(folder_ / "plain.jpg", folder_ / "flir");
  const RunResult run = Run("thermal flir -o out --unit raw --ext png --visible vis");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("1 image without raw thermal values is left out"), std::string::npos);
  for (const char* path : {"out/IR_1.png", "out/IR_2.png", "vis/IR_1.png", "vis/IR_2.png"}) {
    EXPECT_TRUE(fs::exists(folder_ / path)) << path;
  }
  EXPECT_FALSE(fs::exists(folder_ / "out/plain.png"));
}

TEST_F(CliThermalTest, MistakesAreNamed) {
  ExpectFailure("thermal plain.jpg", 1, "has no radiometric data");
  ExpectFailure("thermal none.jpg", 1, "no such file or folder");
  ExpectFailure("thermal IR_1.jpg -o t.png", 2, "does not hold float samples");
  ExpectFailure("thermal IR_1.jpg -o IR_1.jpg --unit raw", 2, "IR_1.jpg");
  ExpectFailure("thermal IR_1.jpg --emissivity 0", 2, "emissivity");
  ExpectFailure("thermal IR_1.jpg --humidity 50", 2, "humidity");
  ExpectFailure("thermal IR_1.jpg --unit F", 2, "--unit");
  ExpectFailure("thermal", 2, "IR");
  WriteAll(folder_ / "alone.jpg", RadiometricJpeg(raw_, {}));
  ExpectFailure("thermal alone.jpg --unit raw --visible v.png", 1, "holds no visible image");
  ExpectFailure("fuse alone.jpg -o f.png", 2, "the radiometric file holds no visible image");
  ExpectFailure("fuse plain.jpg -o f.png", 2, "the visible image is missing");
}

TEST_F(CliThermalTest, ARadiometricFileIsFusedAlone) {
  const RunResult run = Run("fuse IR_1.jpg -o fused.png");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("raw thermal values are taken"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("parallax"), std::string::npos) << run.err;
  EXPECT_EQ(cv::imread(folder_ / "fused.png").size(), cv::Size(40, 30));
  // The same as of the two images by themselves.
  ASSERT_EQ(Run("thermal IR_1.jpg -o ir.png --unit raw").code, 0);
  std::vector<std::string> notes;
  WriteImage(folder_ / "vis.png", AlignedVisible(ReadRadiometric(folder_ / "IR_1.jpg"), &notes));
  ASSERT_EQ(Run("fuse ir.png vis.png -o two.png").code, 0);
  EXPECT_EQ(ReadAll(folder_ / "two.png"), ReadAll(folder_ / "fused.png"));

  fs::create_directory(folder_ / "flir");
  for (const char* name : {"IR_1.jpg", "IR_2.jpg"}) {
    fs::copy(folder_ / "IR_1.jpg", folder_ / "flir" / name);
  }
  EXPECT_EQ(Run("fuse flir -o out").code, 0);
  EXPECT_EQ(ReadAll(folder_ / "out/IR_2.png"), ReadAll(folder_ / "fused.png"));
}

TEST_F(CliThermalTest, BesideAVisibleImageTheRawValuesCount) {
  cv::imwrite(folder_ / "vis.png", TestMat(40, 30, 1, 8));
  const RunResult run = Run("fuse IR_1.jpg vis.png -o fused.png");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("raw thermal values are taken"), std::string::npos) << run.err;
  ASSERT_EQ(Run("thermal IR_1.jpg -o ir.png --unit raw").code, 0);
  ASSERT_EQ(Run("fuse ir.png vis.png -o two.png").code, 0);
  EXPECT_EQ(ReadAll(folder_ / "two.png"), ReadAll(folder_ / "fused.png"));
  // One of the screen's size, which is another: the raw values are scaled to it.
  cv::imwrite(folder_ / "screen.png", TestMat(48, 36, 1, 8));
  const RunResult scaled = Run("fuse IR_1.jpg screen.png -o scaled.png");
  EXPECT_EQ(scaled.code, 0) << scaled.err;
  EXPECT_NE(scaled.err.find("scaled to the size of the screen"), std::string::npos) << scaled.err;
  // One that fits neither is refused.
  cv::imwrite(folder_ / "other.png", TestMat(50, 36, 1, 8));
  ExpectFailure("fuse IR_1.jpg other.png -o none.png", 1, "40x30");
}

}  // namespace
}  // namespace auif
