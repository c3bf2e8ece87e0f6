// What a newcomer types: no command, misspelt ones, folders and images mixed up, Ctrl-C.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "io/tensorflow_test_util.h"
#include "tests/paths.h"
#include "tests/run_program.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

void ExpectUsageError(const RunResult& run, const std::vector<std::string>& texts) {
  EXPECT_EQ(run.code, 2) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  std::size_t at = 0;  // in this order
  for (const std::string& text : texts) {
    at = run.err.find(text, at);
    ASSERT_NE(at, std::string::npos) << "'" << text << "' is not in " << run.err;
  }
}

TEST(CliUsageTest, HelpIsThereWithoutACommand) {
  const std::string help = RunAuif("--help").out;
  for (const char* command : {"fuse", "eval", "experiment", "train"}) {
    EXPECT_NE(help.find(command), std::string::npos);
  }
  for (const char* arguments : {"", "help", "help help", "help --help"}) {
    const RunResult run = RunAuif(arguments);
    EXPECT_EQ(run.code, 0) << arguments;
    EXPECT_EQ(run.out, help) << arguments;
  }
  const RunResult fuse = RunAuif("help fuse");
  EXPECT_EQ(fuse.code, 0);
  EXPECT_EQ(fuse.out, RunAuif("fuse --help").out);
  EXPECT_NE(fuse.out.find("--method"), std::string::npos);
  ExpectUsageError(RunAuif("help --foo"), {"no command '--foo'"});
  ExpectUsageError(RunAuif("help fuse extra"), {"one command"});
  ExpectUsageError(RunAuif("help fues"), {"no command 'fues'", "did you mean 'fuse'?"});
}

TEST(CliUsageTest, MisspeltNamesAreCorrected) {
  ExpectUsageError(RunAuif("trian x"), {"no command 'trian'", "did you mean 'train'?"});
  ExpectUsageError(RunAuif("xyzzy"), {"no command 'xyzzy'", "'auif --help' lists them"});
  ExpectUsageError(RunAuif("fuse a b -o c --stratgy l1"),
                   {"--stratgy", "did you mean '--strategy'?", "auif fuse --help"});
  // A misspelt required option is not only missing.
  ExpectUsageError(RunAuif("fuse a b --ouput c"), {"--ouput", "did you mean '--output'?"});
  ExpectUsageError(RunAuif("--foo --bar"), {"there is no option --foo, --bar"});
  ExpectUsageError(RunAuif("--bogus fuse a b -o c"), {"there is no option --bogus ("});
  ExpectUsageError(RunAuif("fuse a b --first -o c --second=3"),
                   {"there is no option --first, --second", "auif fuse --help"});
  ExpectUsageError(RunAuif("eval --ir a --vis b --fused c --convention cddfus"),
                   {"cddfus", "did you mean 'cddfuse'?"});
  ExpectUsageError(RunAuif("eval --ir a --vis b --fused c --metrics SSMI"),
                   {"SSMI", "did you mean 'SSIM'?"});
  ExpectUsageError(RunAuif("experiment compar --data x -o y"),
                   {"compar", "did you mean 'compare'?"});
}

TEST(CliUsageTest, ShellsCompleteAndManReads) {
  const TemporaryFolder folder;
  const std::string in = "cd " + folder.path().string() + " && ";
  ASSERT_EQ(RunShell(in + ProgramPath() + " completion bash > auif.bash").code, 0);
  const auto complete = [&](const std::string& words, int at) {
    return RunShell(in + "bash -c 'source ./auif.bash; COMP_WORDS=(" + words +
                    "); COMP_CWORD=" + std::to_string(at) + "; _auif; echo \"${COMPREPLY[@]}\"'")
        .out;
  };
  EXPECT_EQ(complete("auif fu", 1), "fuse\n");
  EXPECT_EQ(complete("auif fuse a --strat", 3), "--strategy\n");
  EXPECT_EQ(complete("auif help tr", 2), "train\n");
  EXPECT_EQ(complete("auif fuse a", 2), "\n") << "files are bash's own";
  for (const char* shell : {"zsh", "fish"}) {
    const RunResult run = RunAuif(std::string("completion ") + shell);
    EXPECT_EQ(run.code, 0);
    EXPECT_NE(run.out.find("strategy"), std::string::npos);
    // Where the shell is installed it reads its script.
    const std::string check =
        std::string("command -v ") + shell + " >/dev/null || exit 0; " + shell;
    const std::string file = "script." + std::string(shell);
    WriteAll(folder / file, run.out);
    EXPECT_EQ(RunShell(in + check + " -n " + file).code, 0) << shell;
  }
  ExpectUsageError(RunAuif("completion bsh"), {"'bsh'", "did you mean 'bash'?"});
  const RunResult man = RunAuif("man");
  EXPECT_EQ(man.out.rfind(".TH AUIF 1", 0), 0u);
  EXPECT_NE(man.out.find("\n.SH AUIF FUSE\n"), std::string::npos);
  EXPECT_NE(man.out.find("\\fB\\-\\-strategy\\fR"), std::string::npos);
}

TEST(CliUsageTest, ValuesThatAreMissingOrOfTheWrongKindAreNamed) {
  ExpectUsageError(RunAuif("train d -o m --epochs"), {"--epochs needs its value: --epochs N"});
  ExpectUsageError(RunAuif("train d -o m --epochs abc"),
                   {"--epochs N: 'abc' is no such value", "auif train --help"});
  ExpectUsageError(RunAuif("train d -o m --eta 0.1"), {"--eta needs its value: --eta MEAN,DEV"});
  ExpectUsageError(RunAuif("fuse a b -o"), {"--output needs its value", "auif fuse --help"});
  ExpectUsageError(RunAuif("fuse a b -o c --threads 1.5"), {"--threads", "1.5", "1 to 1024"});
}

TEST(CliUsageTest, ASimdTargetThatIsNotThereIsRefused) {
  ExpectUsageError(RunShell("AUIF_SIMD=MMX " + ProgramPath() + " info"),
                   {"AUIF_SIMD", "MMX", "SCALAR"});
  EXPECT_EQ(RunShell("AUIF_SIMD=SCALAR " + ProgramPath() + " info").code, 0);
  EXPECT_EQ(RunShell("AUIF_SIMD= " + ProgramPath() + " info").code, 0);
}

TEST(CliUsageTest, OutputsAreFoldersOrImagesAsTheyMustBe) {
  const TemporaryFolder folder;
  const std::string in = "cd " + folder.path().string() + " && " + ProgramPath() + " ";
  ASSERT_EQ(RunShell(in + "scene -o street --size 64x48 --frames 2").code, 0);
  const std::vector<fs::path> images(fs::directory_iterator(folder / "street/ir"), {});
  ASSERT_EQ(images.size(), 2u);
  const std::string name = images[0].filename().string();
  EXPECT_EQ(RunShell(in + "fuse street/ir/" + name + " street/vis/" + name + " -o new/").code, 0);
  EXPECT_TRUE(fs::is_regular_file(folder / "new" / name));
  ExpectUsageError(RunShell(in + "fuse street -o all.png"), {"all.png", "folder"});
  EXPECT_FALSE(fs::exists(folder / "all.png"));
  // A model that PyTorch wrote, and a folder of them.
  WriteAll(folder / "weights.pth", "PK\x03\x04 and so on");
  for (const char* model : {"weights.pth", "street"}) {
    const RunResult run = RunShell(in + "info " + model);
    EXPECT_EQ(run.code, 1);
    EXPECT_NE(run.err.find("auif import"), std::string::npos) << run.err;
  }
}

TEST(CliUsageTest, ImportOfOtherMethodsWeights) {
  const TemporaryFolder folder;
  const std::string in = "cd " + folder.path().string() + " && " + ProgramPath() + " ";
  std::vector<TestVariable> variables;
  for (const auto& [name, in_maps, out_maps] : {std::tuple("encoder/conv1_1", 1, 16),
                                                {"encoder/conv1_2", 16, 32},
                                                {"decoder/conv2_1", 32, 32},
                                                {"decoder/conv2_2", 32, 16},
                                                {"decoder/conv2_3", 16, 1}}) {
    const auto count = static_cast<std::size_t>(9 * in_maps * out_maps);
    variables.push_back({std::string(name) + "/kernel",
                         {3, 3, in_maps, out_maps},
                         FloatBytes(std::vector<float>(count, 0.01f))});
    variables.push_back({std::string(name) + "/bias",
                         {out_maps},
                         FloatBytes(std::vector<float>(static_cast<std::size_t>(out_maps)))});
  }
  TestCheckpoint(variables).Write(folder / "model.ckpt");
  ASSERT_EQ(RunShell(in + "scene -o street --size 64x48 --frames 1").code, 0);

  // Both files, as the shell gives them.
  RunResult run = RunShell(in + "import --method deepfuse model.ckpt.* -o d.safetensors");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("--method deepfuse --method-option weights=d.safetensors"),
            std::string::npos)
      << run.out;
  run = RunShell(in + "fuse street --method deepfuse --method-option weights=d.safetensors -o out");
  EXPECT_EQ(run.code, 0) << run.err;

  ExpectUsageError(RunShell(in + "import --method adf model.ckpt -o x"), {"adf", "fusiongan"});
  ExpectUsageError(RunShell(in + "import --method deepfuse model.ckpt street -o x"), {"one file"});
  ExpectUsageError(RunShell(in + "import --method deepfuse model.ckpt.index -o model.ckpt.index"),
                   {"model"});
  run = RunShell(in + "import --method vgg19 model.ckpt -o x");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("notop.h5"), std::string::npos) << run.err;
  EXPECT_FALSE(fs::exists(folder / "x"));
  run = RunShell(in + "fuse street --method imagefuse -o out2");
  EXPECT_NE(run.err.find("auif import --method vgg19"), std::string::npos) << run.err;
  EXPECT_NE(RunShell(in + "import --help").out.find("auif import --method densefuse"),
            std::string::npos);
}

TEST(CliUsageTest, RedirectedProgressIsALinePerTenPerCent) {
  const TemporaryFolder folder;
  const std::string in = "cd " + folder.path().string() + " && " + ProgramPath() + " ";
  ASSERT_EQ(RunShell(in + "scene -o street --size 32x32 --frames 45").code, 0);
  const RunResult run = RunShell(in + "fuse street -o out");
  EXPECT_EQ(run.code, 0);
  const auto lines = std::count(run.err.begin(), run.err.end(), '\n');
  EXPECT_GE(lines, 10) << run.err;
  EXPECT_LE(lines, 11) << run.err;
  EXPECT_NE(run.err.find("[45/45]"), std::string::npos) << run.err;
}

TEST(CliUsageTest, AskedToStopItFinishesWhatIsUnderWayAndSaysHowFarItCame) {
  const TemporaryFolder folder;
  const std::string in = "cd " + folder.path().string() + " && ";
  ASSERT_EQ(RunShell(in + ProgramPath() + " scene -o street --size 200x160 --frames 60").code, 0);
  const RunResult run = RunShell(
      in + "(" + ProgramPath() +
      " fuse street -o out --threads 1 & pid=$!; "
      "until ls out/*.png >/dev/null 2>&1; do sleep 0.01; done; kill -TERM $pid; wait $pid)");
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.err.find("stopped after"), std::string::npos) << run.err;
  int whole = 0;
  for (const auto& entry : fs::directory_iterator(folder / "out")) {
    EXPECT_EQ(entry.path().extension(), ".png") << entry.path();  // no temporary file
    whole += entry.path().filename().string()[0] != '.';
  }
  EXPECT_LT(whole, 60);
}

}  // namespace
}  // namespace auif
