// `auif train` as its users meet it: stopping, resuming, logs, bad images, full disks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "auif/io.h"
#include "auif/model_io.h"
#include "jobs/validation.h"
#include "tests/paths.h"
#include "tests/random_model.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class CliTrainTest : public testing::Test {
 protected:
  CliTrainTest() {
    fs::create_directories(folder_ / "data/ir");
    fs::create_directories(folder_ / "data/vis");
    for (int i = 0; i < 6; ++i) {
      const std::string name = std::to_string(i / 2) + ".png";
      WriteImage(folder_ / "data" / (i % 2 == 0 ? "ir" : "vis") / name, RandomImage(40, 32, i));
    }
  }

  // Four images per step: two steps per epoch.
  RunResult Train(const std::string& arguments, const std::string& before = "") const {
    return RunShell("cd " + folder_.path().string() + " && " + before + " " + ProgramPath() +
                    " train data --layers 2 --channels 3 --batch 4 --crop 16 " + arguments);
  }
  std::string Bytes(const std::string& name) const { return ReadAll(folder_ / name); }

  TemporaryFolder folder_;
};

TEST_F(CliTrainTest, ModelSaysHowItWasMade) {
  const RunResult run = Train("-o m.safetensors --preset paper --epochs 2 --seed 5 --mu 4");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("6 images, 4 steps"), std::string::npos) << run.out;
  const Model model = LoadModel(folder_ / "m.safetensors");
  EXPECT_EQ(model.config.FormName(), "paper");
  const auto value = [&](const std::string& key) { return model.metadata.at("training." + key); };
  EXPECT_EQ(value("epochs"), "2");
  EXPECT_EQ(value("seed"), "5");
  EXPECT_EQ(value("mu"), "4");
  EXPECT_EQ(value("detail_lr"), "0.01");
  EXPECT_EQ(value("crop_kind"), "random");
  EXPECT_EQ(value("images").find("6, fingerprint "), 0u);
  EXPECT_EQ(value("program").find("auif "), 0u);
  EXPECT_FALSE(fs::exists(folder_ / "m.safetensors.checkpoint"));
}

TEST_F(CliTrainTest, LogHasEveryStepAndEpoch) {
  ASSERT_EQ(Train("-q -o m --epochs 3 --log log.csv").code, 0);
  std::istringstream log(Bytes("log.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 1u + 3 * 3);
  EXPECT_EQ(lines[0],
            "kind,epoch,step,loss,mse,ssim,offset,lr,detail_lr,base.0.eta,base.1.eta,detail.0.eta,"
            "detail.1.eta,base.0.theta,base.1.theta,detail.0.theta,detail.1.theta");
  EXPECT_EQ(lines[1].find("step,1,1,"), 0u);
  EXPECT_EQ(lines[3].find("epoch,1,2,"), 0u);
  EXPECT_EQ(lines[9].find("epoch,3,6,"), 0u);
  for (const std::string& line : lines) EXPECT_EQ(std::count(line.begin(), line.end(), ','), 16);
}

TEST_F(CliTrainTest, HeldOutPairsAreScoredAndNotTrainedWith) {
  ASSERT_EQ(Train("-q -o held.safetensors --hold-out 3 --log l.csv --val-epochs 80").code, 0);
  EXPECT_NE(Bytes("l.val.csv").find("\n80,held out,"), std::string::npos);
  for (const char* modality : {"ir", "vis"}) fs::remove(folder_ / "data" / modality / "2.png");
  ASSERT_EQ(Train("-q -o without.safetensors").code, 0);
  Model held = LoadModel(folder_ / "held.safetensors");
  Model without = LoadModel(folder_ / "without.safetensors");
  EXPECT_EQ(held.metadata.at("training.hold_out"), "3");
  EXPECT_EQ(held.metadata.at("training.images"), without.metadata.at("training.images"));
  const auto a = Tensors(held), b = Tensors(without);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(std::equal(a[i].values.begin(), a[i].values.end(), b[i].values.begin()));
  }
  ExpectOneLine(Train("-q -o m --hold-out 1"), 2, {"every second pair"});
}

TEST_F(CliTrainTest, ValidationScoresAreThoseOfTheModel) {
  const RunResult run = Train("-o m.safetensors --epochs 3 --val data --val-epochs 2 --log l.csv");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("after epoch 2, data:  EN "), std::string::npos) << run.err;
  std::istringstream log(Bytes("l.val.csv"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "epoch,set,EN,SD,SF,VIF,AG,SCD");
  EXPECT_EQ(lines[1].find("2,"), 0u);
  EXPECT_EQ(lines[2].find("3,"), 0u);
  const Validation validation(FindPairs(folder_ / "data").pairs, "data", 1);
  const std::vector<double> means = validation.Score(LoadModel(folder_ / "m.safetensors"));
  std::string row = "3,data";
  for (const double mean : means) row += fmt::format(",{}", mean);
  EXPECT_EQ(lines[2], row);
}

TEST_F(CliTrainTest, KilledAndResumedGivesTheSameFiles) {
  const std::string options = "-q --epochs 300 --checkpoint-epochs 2 --log ";
  ASSERT_EQ(Train(options + "whole.csv -o whole").code, 0);
  // Ctrl-C: a checkpoint, a line that says how to go on, no model. A kill: the last checkpoint.
  for (const std::string signal : {"INT", "TERM", "KILL"}) {
    SCOPED_TRACE(signal);
    fs::remove(folder_ / "m.checkpoint");
    // Waits for the first checkpoint.
    const RunResult run =
        RunShell("cd " + folder_.path().string() + " && " + ProgramPath() +
                 " train data --layers 2 --channels 3 --batch 4 --crop 16 -o m " + options +
                 "log.csv & while [ ! -e " + (folder_ / "m.checkpoint").string() +
                 " ]; do sleep 0.001; done; kill -" + signal + " $!; wait $!");
    ASSERT_FALSE(fs::exists(folder_ / "m")) << "it had ended before the signal";
    ASSERT_TRUE(fs::exists(folder_ / "m.checkpoint"));
    if (signal != "KILL") ExpectOneLine(run, 1, {"stopped after", "--resume m.checkpoint"});
    const RunResult resumed = Train(options + "log.csv -o m --resume m.checkpoint");
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_TRUE(Bytes("m") == Bytes("whole"));
    EXPECT_TRUE(Bytes("log.csv") == Bytes("whole.csv"));
    fs::remove(folder_ / "m");
  }
}

TEST_F(CliTrainTest, MoreEpochsGoOnFromAKeptCheckpoint) {
  ASSERT_EQ(Train("-q -o whole --epochs 5 --drops 2").code, 0);
  ASSERT_EQ(Train("-q -o m --epochs 3 --drops 2 --checkpoint c").code, 0);
  ASSERT_EQ(Train("-q -o m --epochs 5 --drops 2 --resume c").code, 0);
  EXPECT_TRUE(Bytes("m") == Bytes("whole"));
  ExpectOneLine(Train("-q -o m --epochs 5 --drops 2 --seed 1 --resume c"), 2,
                {"c: ", "another seed: 0, not 1"});
}

// What would be lost is seen before the work.
TEST_F(CliTrainTest, FilesThatWouldBeReplaced) {
  const auto refused = [&](const std::string& arguments, const std::vector<std::string>& texts) {
    SCOPED_TRACE(arguments);
    const std::string image = Bytes("data/ir/0.png");
    ExpectOneLine(Train("-q --epochs 1 " + arguments), 2, texts);
    EXPECT_EQ(Bytes("data/ir/0.png"), image);
    EXPECT_FALSE(fs::exists(folder_ / "m"));
  };
  refused("-o data", {"data: the model would replace a folder"});
  refused("-o data/ir/0.png", {"the model would overwrite data/ir/0.png"});
  refused("-o m --hold-out 3 --log data/vis/2.png", {"the log would overwrite data/vis/2.png"});
  refused("-o m --checkpoint data/ir/0.png", {"the checkpoint would overwrite data/ir/0.png"});
  refused("-o m --log m", {"the model and the log would be one file"});
  refused("-o m --log m.checkpoint", {"the log and the checkpoint would be one file"});
  refused("-o m --log data", {"the log would replace a folder"});
  ExpectOneLine(Train("-q -o m --log no/log.csv"), 1, {"no: no such folder"});
  ExpectOneLine(Train("-q -o m --checkpoint no/c"), 1, {"no: no such folder"});
}

TEST_F(CliTrainTest, AnEarlierCheckpointIsKept) {
  ASSERT_EQ(Train("-q -o a --epochs 2 --checkpoint c").code, 0);
  const std::string before = Bytes("c");
  ExpectOneLine(Train("-q -o a --epochs 3 --checkpoint c"), 2,
                {"c: is the checkpoint of an earlier training", "--resume", "--overwrite"});
  WriteAll(folder_ / "b.checkpoint", before);
  ExpectOneLine(Train("-q -o b --epochs 3"), 2, {"b.checkpoint: is the checkpoint"});
  ExpectOneLine(Train("-q -o b --epochs 3 --resume c"), 2, {"b.checkpoint: is the checkpoint"});
  ExpectOneLine(Train("-q -o c --epochs 3 --resume c"), 2, {"the model would overwrite c"});
  EXPECT_EQ(Bytes("c"), before);
  EXPECT_EQ(Bytes("b.checkpoint"), before);
  EXPECT_EQ(Train("-q -o a --epochs 3 --checkpoint c --overwrite").code, 0);
  EXPECT_NE(Bytes("c"), before);
}

TEST_F(CliTrainTest, NoFewerEpochsThanThereAre) {
  ASSERT_EQ(Train("-q -o m --epochs 3 --checkpoint m.checkpoint").code, 0);
  const std::string model = Bytes("m"), checkpoint = Bytes("m.checkpoint");
  ExpectOneLine(Train("-q -o m --epochs 2 --resume m.checkpoint"), 2,
                {"m.checkpoint: has 3 of 2 epochs behind it already", "more epochs"});
  EXPECT_EQ(Bytes("m"), model);
  EXPECT_EQ(Bytes("m.checkpoint"), checkpoint);
  // As many: the model that the checkpoint stands for.
  fs::remove(folder_ / "m");
  EXPECT_EQ(Train("-q -o m --epochs 3 --resume m.checkpoint").code, 0);
  EXPECT_EQ(Bytes("m"), model);
}

TEST_F(CliTrainTest, AFlatFolderWillDo) {
  fs::create_directories(folder_ / "flat");
  for (int i = 0; i < 5; ++i) {
    WriteImage(folder_ / "flat" / (std::to_string(i) + ".png"), RandomImage(40, 32, i));
  }
  const RunResult run = RunShell("cd " + folder_.path().string() + " && " + ProgramPath() +
                                 " train flat --layers 1 --channels 1 --batch 4 --crop 16 "
                                 "--epochs 1 -o m");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("5 images, 2 steps"), std::string::npos) << run.out;
  ExpectOneLine(RunShell("cd " + folder_.path().string() + " && mkdir none && " + ProgramPath() +
                         " train none -o n"),
                1, {"none: the folder has no images"});
}

TEST_F(CliTrainTest, BadImagesAreNamedOrLeftOut) {
  WriteAll(folder_ / "data/ir/1.png", "no image");
  ExpectOneLine(Train("-q -o m --epochs 1"), 1, {"data/ir/1.png", "--skip-bad"});
  const RunResult run = Train("-o m --epochs 1 --skip-bad");
  EXPECT_EQ(run.code, 0);
  EXPECT_NE(run.err.find("left out: data/ir/1.png"), std::string::npos) << run.err;
  EXPECT_NE(run.out.find("5 images"), std::string::npos) << run.out;
  WriteImage(folder_ / "data/ir/1.png", RandomImage(40, 15, 1));
  ExpectOneLine(Train("-q -o m --epochs 1 --crop-kind random"), 1,
                {"data/ir/1.png", "40x15", "fewer than 16", "--skip-bad"});
}

TEST_F(CliTrainTest, Mistakes) {
  ExpectOneLine(Train("-q -o no/m"), 1, {"no: ", "no such folder"});
  ExpectOneLine(Train("-q -o m --resume no"), 1, {"no"});
  ExpectOneLine(Train("-q -o m --lr nan"), 2, {"learning rate"});
  ExpectOneLine(Train("-q -o m --preset best"), 2, {"best"});
  ExpectOneLine(Train("-q -o m --lr 1e30"), 2, {"epoch 1", "lower learning rate"});
  for (const char* name : {"ir/0.png", "ir/1.png", "vis/2.png"})
    fs::remove(folder_ / "data" / name);
  ExpectOneLine(Train("-q -o m"), 2, {"3 images, fewer than a batch of 4"});
  EXPECT_FALSE(fs::exists(folder_ / "m"));
}

TEST_F(CliTrainTest, AFullDiskKeepsTheLastCheckpoint) {
  ASSERT_EQ(Train("-q -o m --epochs 2 --checkpoint c").code, 0);
  const std::string before = Bytes("c");
  // Files may have half the checkpoint's size.
  const std::string limit = "ulimit -f " + std::to_string(before.size() / 2048) + ";";
  ExpectOneLine(Train("-q -o m --epochs 4 --checkpoint c --checkpoint-epochs 1 --resume c", limit),
                1, {"c: "});
  EXPECT_TRUE(Bytes("c") == before);
}

}  // namespace
}  // namespace auif
