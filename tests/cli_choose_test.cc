// `auif train` of several models, and of joint unrolling.
#include <gtest/gtest.h>

#include <string>

#include "auif/io.h"
#include "auif/joint_model.h"
#include "auif/model_io.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliChooseTest : public testing::Test {
 protected:
  CliChooseTest() {
    for (const char* set : {"data", "street"}) {
      for (int i = 0; i < 8; ++i) {
        const fs::path folder = folder_ / set / (i % 2 == 0 ? "ir" : "vis");
        fs::create_directories(folder);
        WriteImage(folder / (std::to_string(i / 2) + ".png"), RandomImage(64, 56, i));
      }
    }
    WriteAll(folder_ / "rule.json", R"({"note": "a test", "hold_out": 2,
      "gain": {"from": 1, "to": 1.1, "step": 0.1}, "bias": {"from": 0, "to": 0.1, "step": 0.1},
      "cells": [{"name": "a", "sets": [{"pairs": "held out", "target": [7, 40, 20, 0.6, 6, 1.8]},
        {"pairs": "street", "scale": 1.2, "visible": {"mean": 60, "deviation": 20, "noise": 1},
         "target": [7, 40, 20, 0.6, 6, 1.8]}]}]})");
  }

  RunResult Train(const std::string& arguments) const {
    return RunShell("cd " + folder_.path().string() + " && " + ProgramPath() + " train data " +
                    arguments);
  }
  RunResult Choose(const std::string& arguments) const {
    return Train("-o m.safetensors --layers 2 --channels 3 --batch 4 --crop 16 --epochs 2 " +
                 arguments);
  }
  std::string Bytes(const std::string& name) const { return ReadAll(folder_ / name); }

  TemporaryFolder folder_;
};

TEST_F(CliChooseTest, KeepsTheBestAndGoesOnWhereItWasStopped) {
  const std::string flags = "--choose rule.json --val street --seed 4 ";
  const RunResult two = Choose(flags + "--runs 2");
  ASSERT_EQ(two.code, 0) << two.err;
  EXPECT_NE(two.out.find("seed 4: score 0."), std::string::npos) << two.out;
  EXPECT_NE(two.out.find("seed 5: score 0."), std::string::npos) << two.out;
  EXPECT_NE(two.out.find("m.safetensors written: seed "), std::string::npos) << two.out;
  const Model best = LoadModel(folder_ / "m.safetensors");
  const std::string seed = best.metadata.at("training.seed");
  // What was kept is not trained again: a third candidate adds to it.
  const std::string kept = Bytes("m.safetensors.candidates/4.json");
  fs::remove(folder_ / "m.safetensors.candidates/5.json");
  const RunResult three = Choose(flags + "--runs 3 -q");
  ASSERT_EQ(three.code, 0) << three.err;
  EXPECT_EQ(Bytes("m.safetensors.candidates/4.json"), kept);
  EXPECT_TRUE(fs::exists(folder_ / "m.safetensors.candidates/5.json"));
  EXPECT_TRUE(fs::exists(folder_ / "m.safetensors.candidates/6.safetensors"));
  // The chosen model is its candidate but for gain and bias, which are in the decoder.
  const Model candidate = LoadModel(folder_ / "m.safetensors.candidates" / (seed + ".safetensors"));
  const double gain = std::stod(best.metadata.at("training.gain"));
  const double bias = std::stod(best.metadata.at("training.bias"));
  EXPECT_FLOAT_EQ(best.decoder.conv[4], static_cast<float>(candidate.decoder.conv[4] * gain));
  EXPECT_FLOAT_EQ(best.decoder.bn.bias, static_cast<float>(candidate.decoder.bn.bias + bias));
  EXPECT_EQ(best.base.layers[1].conv1, candidate.base.layers[1].conv1);
}

TEST_F(CliChooseTest, Mistakes) {
  ExpectOneLine(Choose("--runs 2"), 2, {"--runs", "--choose RULE"});
  ExpectOneLine(Choose("--choose rule.json"), 2, {"rule.json", "'street'", "--val"});
  ExpectOneLine(Choose("--choose none.json"), 1, {"none.json"});
  ExpectOneLine(Choose("--choose rule.json --log l.csv"), 2, {"several trainings"});
  EXPECT_FALSE(fs::exists(folder_ / "m.safetensors"));
}

TEST_F(CliChooseTest, JointUnrollingIsTrainedAndFuses) {
  WriteAll(folder_ / "names.txt", "# of another set\n1\n");
  const std::string small =
      "--number steps=4 --number batch=2 --number crop=48 --number layers=2 "
      "--number channels=3 ";
  const RunResult run = Train(
      "-o j.safetensors --objective pair --seed 3 --leave-out names.txt "
      "--hold-out 3 " +
      small + "--number ssim=2");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("j.safetensors written: 2 pairs, loss "), std::string::npos) << run.out;
  const JointModel model = LoadJointModel(folder_ / "j.safetensors");
  EXPECT_EQ(model.layers, 2);
  EXPECT_EQ(model.metadata.at("training.ssim"), "2");
  EXPECT_EQ(model.metadata.at("training.seed"), "3");
  const std::string in = "cd " + folder_.path().string() + " && " + ProgramPath();
  const RunResult fuse =
      RunShell(in + " fuse data -o out --method joint --method-option " + "model=j.safetensors -q");
  EXPECT_EQ(fuse.code, 0) << fuse.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/3.png"));
  const RunResult info = RunShell(in + " info j.safetensors");
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_NE(info.out.find("joint unrolling"), std::string::npos);
  ExpectOneLine(RunShell(in + " fuse data -o out --model j.safetensors -q"), 1,
                {"j.safetensors", "\"joint\"", "--method joint"});
}

TEST_F(CliChooseTest, MistakesWithPairs) {
  const auto pair = [&](const std::string& flags) {
    return Train("-o j.safetensors --objective pair " + flags);
  };
  ExpectOneLine(pair("--number ssm=2"), 2, {"'ssm'", "ssim"});
  ExpectOneLine(pair("--number ssim=-1"), 2, {"ssim", "-1"});
  ExpectOneLine(pair("--number ssim"), 2, {"--number", "NAME=VALUE"});
  ExpectOneLine(pair("--log l.csv"), 2, {"--log", "--objective pair"});
  ExpectOneLine(pair("--number crop=60"), 1, {"64x56", "60"});
  WriteAll(folder_ / "names.txt", "nobody\n");
  ExpectOneLine(pair("--leave-out names.txt"), 1, {"names.txt", "'nobody'"});
  ExpectOneLine(Train("-o m.safetensors --number ssim=2"), 2, {"--number", "rebuild"});
  EXPECT_FALSE(fs::exists(folder_ / "j.safetensors"));
}

}  // namespace
}  // namespace auif
