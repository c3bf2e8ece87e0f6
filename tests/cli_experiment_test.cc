// auif experiment as users run it, on rendered scenes: results, errors, a kill in the middle.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "methods/onnx_test_util.h"
#include "tests/paths.h"
#include "tests/run_program.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

class Experiment : public ::testing::Test {
 protected:
  // 16 pairs: one batch of 32 images.
  static void SetUpTestSuite() {
    data_ = new TemporaryFolder;
    ASSERT_EQ(
        RunAuif("scene -o " + (*data_ / "street").string() + " --size 136x128 --frames 16").code,
        0);
    for (const char* split : {"train", "validation", "test"}) {
      WriteAll(*data_ / (std::string(split) + ".json"),
               std::string(R"({"name": "street-)") + split + R"(", "split": ")" + split +
                   R"(", "ir": "street/ir", "vis": "street/vis"})");
    }
  }
  static void TearDownTestSuite() { delete data_; }

  std::string Sets() const {
    return fmt::format(" --datasets {0}/train.json {0}/validation.json {0}/test.json",
                       data_->path().string());
  }
  std::string Arguments(const std::string& name, const std::string& out) const {
    return fmt::format("experiment {} --data {} -o {} --threads 2 --methods none", name,
                       data_->path().string(), (out_ / out).string());
  }

  static TemporaryFolder* data_;
  TemporaryFolder out_;
};
TemporaryFolder* Experiment::data_ = nullptr;

// Rows of compare that are always there: maximum, average, infrared, visible, closed-form.
constexpr std::size_t kYardsticks = 5;

bool GnuplotIsAbsent() { return RunShell("gnuplot --version").code != 0; }

std::size_t Lines(const fs::path& path) {
  std::ifstream file(path);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) ++count;
  return count;
}

TEST_F(Experiment, AllWritesEveryTableAndFigure) {
  if (GnuplotIsAbsent()) GTEST_SKIP() << "gnuplot is absent";
  const RunResult run = RunAuif(Arguments("all", "out") + Sets() +
                                " --epochs 2 --runs 2 --layers-max 2 --reproduction " +
                                (out_ / "reproduction.md").string());
  ASSERT_EQ(run.code, 0) << run.err;
  const fs::path out = out_ / "out";
  EXPECT_EQ(Lines(out / "datasets.csv"), 1 + 3u);
  EXPECT_EQ(Lines(out / "strategies.csv"), 1 + 3 * 6u);
  EXPECT_EQ(Lines(out / "compare-images.csv"), 1 + (1 + kYardsticks) * 16u);
  EXPECT_EQ(Lines(out / "layers.csv"), 1 + 2u);
  EXPECT_EQ(Lines(out / "training.csv"), 1 + 2u);
  EXPECT_EQ(Lines(out / "robustness.csv"), 1 + 2u);
  for (const char* figure : {"layers", "training", "decomposition", "gallery", "robustness"}) {
    EXPECT_TRUE(fs::exists(out / "figures" / (std::string(figure) + ".svg"))) << figure;
    EXPECT_TRUE(fs::exists(out / "figures" / (std::string(figure) + ".png"))) << figure;
  }
  // With two trainings, the deviations of the strategies are over them.
  EXPECT_NE(ReadAll(out / "strategies.csv").find("trainings"), std::string::npos);
  EXPECT_NE(ReadAll(out / "report.html").find("Figure 6: robustness"), std::string::npos);
  EXPECT_NE(ReadAll(out_ / "reproduction.md").find("# The paper's numbers"), std::string::npos);
}

TEST_F(Experiment, OtherMethodsAreFoldersOrModels) {
  ASSERT_EQ(RunAuif("fuse " + (*data_ / "street").string() + " -o " +
                    (out_ / "other/street-test").string() + " -q")
                .code,
            0);
  const RunResult run = RunAuif(Arguments("compare", "out") + Sets() +
                                " -q --methods other=" + (out_ / "other").string());
  ASSERT_EQ(run.code, 0) << run.err;
  std::ifstream file(out_ / "out/compare.csv");
  std::string header, own, other;
  std::getline(file, header);
  std::getline(file, own);
  std::getline(file, other);
  // The same images through files have the same scores.
  ASSERT_EQ(own.substr(0, 17), "street-test,AUIF,");
  ASSERT_EQ(other.substr(0, 18), "street-test,other,");
  EXPECT_EQ(own.substr(17), other.substr(18));
}

TEST_F(Experiment, OtherMethodsAreTheProgramsOwn) {
  const std::string compare = Arguments("compare", "own") + Sets() + " --methods average laplacian";
  const RunResult run = RunAuif(compare);
  ASSERT_EQ(run.code, 0) << run.err;
  // The header, AUIF, both, and the yardsticks but average, which is compared.
  EXPECT_EQ(Lines(out_ / "own/compare.csv"), 1 + 3 + kYardsticks - 1);
  const std::string csv = ReadAll(out_ / "own/compare.csv");
  EXPECT_NE(csv.find("laplacian,computed"), std::string::npos) << csv;
  EXPECT_NE(csv.find("average,computed"), std::string::npos) << csv;
  EXPECT_EQ(csv.find("average,yardstick"), std::string::npos) << csv;
  // Kept: the second run has nothing to do.
  const RunResult again = RunAuif(compare);
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(ReadAll(out_ / "own/compare.csv"), csv);
  EXPECT_EQ(again.err.find("laplacian"), std::string::npos) << again.err;
  const RunResult wrong = RunAuif(Arguments("compare", "own") + Sets() + " --methods averge");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("did you mean 'average'?"), std::string::npos) << wrong.err;
}

// Without --methods: all that need no weights of others.
TEST_F(Experiment, ComparesWithThePapersOtherMethods) {
  ASSERT_EQ(RunAuif("scene -o " + (out_ / "small").string() + " --size 64x48 --frames 2").code, 0);
  WriteAll(out_ / "small.json",
           R"({"name": "small", "split": "test", "ir": "small/ir", "vis": "small/vis"})");
  const std::string command = fmt::format(
      "experiment compare --data {0} -o {0}/out --datasets "
      "{0}/small.json --threads 2",
      out_.path().string());
  const RunResult run = RunAuif(command);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("imagefuse was left out: needs the weights of VGG-19"), std::string::npos)
      << run.err;
  const std::string csv = ReadAll(out_ / "out/compare.csv");
  for (const char* row :
       {"ADF,computed,", "CSR,\"computed, own weights\",", "TSIFVS,computed,", "TV-ADMM,computed,",
        "DeepFuse,\"computed, own weights\",", "DenseFuse,\"computed, own weights\",",
        "FusionGAN,\"computed, own weights\",", "AUIF,computed,"}) {
    EXPECT_NE(csv.find(std::string("small,") + row), std::string::npos) << row << "\n" << csv;
  }
  const std::size_t rows = 8 + kYardsticks;
  EXPECT_EQ(Lines(out_ / "out/compare.csv"), 1 + rows);
  EXPECT_EQ(Lines(out_ / "out/compare-cost.csv"), 1 + rows);
  EXPECT_EQ(Lines(out_ / "out/compare-images.csv"), 1 + rows * 2);
  // Kept: nothing is left to do. An own setting of a method stands for it.
  EXPECT_EQ(RunAuif(command + " --methods table3").err.find("CSR"), std::string::npos);
  const RunResult own = RunAuif(command + " --methods table3 densefuse:strategy=l1");
  ASSERT_EQ(own.code, 0) << own.err;
  EXPECT_EQ(Lines(out_ / "out/compare.csv"), 1 + rows);
  EXPECT_EQ(RunAuif(command + " --methods none").code, 0);
  EXPECT_EQ(Lines(out_ / "out/compare.csv"), 1 + 1 + kYardsticks);
}

TEST_F(Experiment, YardsticksAndWhatALookWouldTell) {
  const std::string command = Arguments("compare", "out") + Sets();
  const RunResult run = RunAuif(command);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("note: a yardstick is above the best method in "), std::string::npos)
      << run.err;
  const std::string csv = ReadAll(out_ / "out/compare.csv");
  EXPECT_TRUE(
      csv.starts_with("dataset,method,origin,pairs,EN,SD,SF,VIF,AG,SCD,HK,NM,Dark,Bright\n"))
      << csv;
  for (const char* name : {"maximum", "average", "infrared", "visible", "closed-form"}) {
    EXPECT_NE(csv.find(fmt::format("street-test,{},yardstick,16,", name)), std::string::npos)
        << name << "\n"
        << csv;
  }
  // A copy of the infrared image keeps all of its heat: six metrics, then HK.
  const std::size_t line = csv.find("street-test,infrared,");
  std::size_t at = line;
  for (int commas = 0; commas < 10; ++commas) at = csv.find(',', at) + 1;
  EXPECT_EQ(csv.substr(at, 2), "1,") << csv.substr(line);
  // Scores that an earlier version kept, without the look, are completed.
  for (const auto& entry : fs::directory_iterator(out_ / "out/parts")) {
    if (entry.path().filename().string().starts_with("looks-")) fs::remove(entry.path());
  }
  ASSERT_EQ(RunAuif(command).code, 0);
  EXPECT_EQ(ReadAll(out_ / "out/compare.csv"), csv);
  const std::string report = ReadAll(out_ / "out/report.html");
  EXPECT_NE(report.find("what a look would tell"), std::string::npos);
  EXPECT_NE(report.find("<td class=\"quiet\">yardstick</td>"), std::string::npos);
}

TEST_F(Experiment, NetworksAsOnnxFilesWithOptions) {
  const std::string file = (out_ / "a:b.onnx").string();  // a colon before no option
  WriteAll(file, onnx::WeightedSum(0.5f, 0.5f, {1, 1, 24, 32}).Bytes());
  const std::string name = "onnx:" + file + ":stretch=yes:output=fused";
  const RunResult run = RunAuif(Arguments("compare", "onnx") + Sets() + " --methods " + name);
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("note: " + name + ": the network is one for 32x24"), std::string::npos)
      << run.err;
  EXPECT_NE(ReadAll(out_ / "onnx/compare.csv").find(name + ",computed"), std::string::npos);
  const RunResult gallery = RunAuif(Arguments("gallery", "onnx") + Sets() + " --methods " + name);
  EXPECT_EQ(gallery.code, 0) << gallery.err;
  const RunResult wrong =
      RunAuif(Arguments("compare", "onnx") + Sets() + " --methods onnx:" + file + ":strech=yes");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("did you mean 'stretch'?"), std::string::npos) << wrong.err;
}

TEST_F(Experiment, ResultsNeverReplaceWhatIsRead) {
  const std::string set = (*data_ / "test.json").string();
  const std::string before = ReadAll(set);
  const RunResult run = RunAuif(Arguments("datasets", "out") + Sets() + " --reproduction " + set);
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("the reproduction would overwrite"), std::string::npos) << run.err;
  EXPECT_EQ(ReadAll(set), before);
  // A data set that lies where results go.
  WriteAll(out_ / "set.json", R"({"name": "s", "split": "test", "ir": ")" +
                                  (out_ / "out/images/s/ir").string() + R"(", "vis": ")" +
                                  (out_ / "out/images/s/vis").string() + "\"}");
  fs::create_directories(out_ / "out/images/s");
  fs::copy(*data_ / "street", out_ / "out/images/s", fs::copy_options::recursive);
  const RunResult among =
      RunAuif(Arguments("datasets", "out") + " --datasets " + (out_ / "set.json").string());
  EXPECT_EQ(among.code, 2);
  EXPECT_NE(among.err.find("would lie among the images"), std::string::npos) << among.err;
}

// A result folder may be anybody's: what was damaged in it is made again.
TEST_F(Experiment, DamagedPartsAreMadeAgain) {
  const std::string command = Arguments("strategies", "out") + Sets();
  ASSERT_EQ(RunAuif(command).code, 0);
  const std::string expected = ReadAll(out_ / "out/strategies.csv");
  const auto scores = [&] {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(out_ / "out/parts")) {
      if (entry.path().filename().string().starts_with("scores-")) paths.push_back(entry.path());
    }
    return paths;
  };
  ASSERT_EQ(scores().size(), 3u);
  using Json = nlohmann::json;
  const std::vector<std::function<void(Json&)>> damages = {
      [](Json& values) { values.erase(3); },
      [](Json& values) { values.push_back(values[0]); },
      [](Json& values) { values[0].insert(values[0].end(), 1000, 1.5); },
      [](Json& values) { values[0].erase(0); },
      [](Json& values) { values = Json::array(); },
      [](Json& values) { values[2][1] = "x"; },
  };
  for (std::size_t d = 0; d < damages.size(); ++d) {
    for (const fs::path& path : scores()) {
      Json part = Json::parse(ReadAll(path));
      damages[d](part["result"]["values"]);
      WriteAll(path, part.dump());
    }
    const RunResult run = RunAuif(command);
    EXPECT_EQ(run.code, 0) << d << run.err;
    EXPECT_EQ(ReadAll(out_ / "out/strategies.csv"), expected) << d;
  }
}

TEST_F(Experiment, ErrorsAreOneClearLine) {
  const std::map<std::string, std::string> wrong{
      {Arguments("tables", "out"), "there is no such experiment"},
      {Arguments("datasets", "out") + " --datasets tnoo", "did you mean 'tno'?"},
      {Arguments("datasets", "out"), "has none of the paper's data sets"},
      {Arguments("training", "out") + " --datasets " + (*data_ / "test.json").string(),
       "no data set of the split 'train' is available"},
      {Arguments("compare", "out") + Sets() + " --methods =folder",
       "a method is its name or NAME=PATH"},
      {Arguments("compare", "out") + Sets() + " --methods a=/nowhere", "no such folder or model"},
  };
  for (const auto& [arguments, message] : wrong) {
    const RunResult run = RunAuif(arguments);
    EXPECT_NE(run.code, 0) << arguments;
    EXPECT_NE(run.err.find("auif: error: "), std::string::npos) << run.err;
    EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
    EXPECT_EQ(run.out, "");
  }
}

// A file size limit stands for a disk that is full.
TEST_F(Experiment, AFullDiskIsAClearLineAndWhatIsFinishedStays) {
  ASSERT_EQ(RunAuif(Arguments("datasets", "out") + Sets() + " -q").code, 0);
  const std::string before = ReadAll(out_ / "out/report.html");
  const RunResult run = RunShell("ulimit -f 8; " + ProgramPath() + " " +
                                 Arguments("gallery", "out") + Sets() + " -q");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("cannot be written"), std::string::npos) << run.err;
  EXPECT_EQ(ReadAll(out_ / "out/report.html"), before);
  EXPECT_EQ(RunAuif(Arguments("gallery", "out") + Sets() + " -q").code, 0);
}

TEST_F(Experiment, GoesOnAfterAKill) {
  if (GnuplotIsAbsent()) GTEST_SKIP() << "gnuplot is absent";
  const std::string options = Sets() + " -q --epochs 25 --runs 4";
  ASSERT_EQ(RunAuif(Arguments("robustness", "whole") + options).code, 0);
  // Killed as soon as one training is finished, or sooner: then it was a slow machine's.
  const std::string parts = (out_ / "killed/parts").string();
  RunShell(fmt::format(
      "{} {} & pid=$!; for i in $(seq 3000); do ls {}/training-*.json 2>/dev/null | grep -q . && "
      "break; sleep 0.02; done; kill -9 $pid; wait $pid",
      ProgramPath(), Arguments("robustness", "killed") + options, parts));
  std::map<fs::path, fs::file_time_type> finished;
  for (const auto& entry : fs::directory_iterator(parts)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("training-") && name.ends_with(".json")) {
      finished[entry.path()] = entry.last_write_time();
    }
  }
  ASSERT_GE(finished.size(), 1u);
  EXPECT_LT(finished.size(), 4u) << "it was not killed in the middle";
  ASSERT_EQ(RunAuif(Arguments("robustness", "killed") + options).code, 0);
  for (const auto& [path, time] : finished) {
    EXPECT_EQ(fs::last_write_time(path), time) << path << " was written again";
  }
  // And the same numbers as without the kill.
  EXPECT_EQ(ReadAll(out_ / "killed/robustness-counts.csv"),
            ReadAll(out_ / "whole/robustness-counts.csv"));
  EXPECT_NE(ReadAll(out_ / "whole/robustness-counts.csv"), "");
}

}  // namespace
}  // namespace auif
