#include "jobs/evaluate_job.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "auif/io.h"
#include "io/folder.h"
#include "tests/expect_error.h"
#include "tests/random_model.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

namespace fs = std::filesystem;

// Folders ir, vis and fused with images a and b.
class EvaluateJobTest : public ::testing::Test {
 protected:
  EvaluateJobTest() {
    unsigned seed = 0;
    for (const char* folder : {"ir", "vis", "fused"}) {
      MakeFolder(folder_ / folder);
      for (const char* name : {"a.png", "b.png"}) Write(fs::path(folder) / name, ++seed);
    }
    job_.ir = folder_ / "ir";
    job_.vis = folder_ / "vis";
    job_.methods = {{"ours", folder_ / "fused"}};
    job_.convention = "auif-paper";
  }

  void Write(const fs::path& path, unsigned seed, int size = 48) {
    WriteImage(folder_.path() / path, RandomImage(size, size, seed));
  }
  void Remove(const fs::path& path) { fs::remove(folder_.path() / path); }
  std::string At(const fs::path& path) { return (folder_.path() / path).string(); }

  TemporaryFolder folder_;
  EvaluateJob job_;
};

TEST_F(EvaluateJobTest, ScoresAsTheLibraryDoes) {
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_EQ(result.report.succeeded, 2);
  EXPECT_TRUE(result.notes.empty());
  ASSERT_EQ(result.methods.size(), 1u);
  EXPECT_EQ(result.methods[0].images, (std::vector<std::string>{"a", "b"}));
  const Scores expected =
      Evaluator("auif-paper")
          .Score(ReadImage(folder_.path() / "ir/b.png"), ReadImage(folder_.path() / "vis/b.png"),
                 ReadImage(folder_.path() / "fused/b.png"));
  EXPECT_EQ(result.methods[0].scores[1], expected);
}

TEST_F(EvaluateJobTest, ThreadsDoNotChangeTheBits) {
  job_.threads = 1;
  const EvaluateResult one = RunEvaluateJob(job_);
  job_.threads = 2;
  EXPECT_EQ(one.methods[0].scores, RunEvaluateJob(job_).methods[0].scores);
}

TEST_F(EvaluateJobTest, SingleImages) {
  job_.ir = At("ir/a.png");
  job_.vis = At("vis/b.png");
  job_.methods = {{"x", At("fused/a.png")}};
  job_.metrics = {"EN"};
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_EQ(result.methods[0].images, std::vector<std::string>{"a"});
  EXPECT_EQ(result.metrics.size(), 1u);
}

TEST_F(EvaluateJobTest, NamesMatchIgnoringCaseMarkersAndExtensions) {
  for (const char* name : {"ir/a.png", "vis/a.png", "fused/a.png"}) Remove(name);
  Write("ir/Night_ir.png", 1);
  Write("vis/night_VIS.bmp", 2);
  Write("fused/NIGHT.tif", 3);
  EXPECT_EQ(RunEvaluateJob(job_).methods[0].images, (std::vector<std::string>{"NIGHT", "b"}));
  // The result of a program that keeps the visible image's name.
  Remove("fused/NIGHT.tif");
  Write("fused/night_vis.png", 3);
  EXPECT_EQ(RunEvaluateJob(job_).report.succeeded, 2);
  Write("fused/night.png", 3);
  ExpectError(ErrorKind::kInput, "belongs to the same sources as night.png",
              [&] { RunEvaluateJob(job_); });
}

TEST_F(EvaluateJobTest, AMissingSourceFailsOneImage) {
  Remove("vis/a.png");
  Write("fused/c.png", 9);
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_EQ(result.methods[0].images, std::vector<std::string>{"b"});
  ASSERT_EQ(result.report.failures.size(), 2u);
  EXPECT_EQ(
      result.report.failures[0].message,
      At("fused/a.png") + ": its source " + At("ir/a.png") + " has no partner of the same name");
  EXPECT_EQ(result.report.failures[1].message,
            At("fused/c.png") + ": no source image has this name");
}

TEST_F(EvaluateJobTest, AMissingFusedImageIsNoted) {
  Remove("fused/b.png");
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_TRUE(result.report.failures.empty());
  EXPECT_EQ(result.notes, std::vector<std::string>{"1 pair of sources without an image in " +
                                                   At("fused") + " left out: b"});
}

TEST_F(EvaluateJobTest, OtherSizesAndBrokenFilesFailOneImageEach) {
  Write("fused/a.png", 1, 40);
  fs::resize_file(At("fused/b.png"), 100);
  const EvaluateResult result = RunEvaluateJob(job_);
  ASSERT_EQ(result.report.failures.size(), 2u);
  EXPECT_EQ(result.report.failures[0].message.find(
                At("fused/a.png") + ": sizes differ: infrared 48x48, visible 48x48, fused 40x40"),
            0u);
  EXPECT_NE(result.report.failures[1].message.find("cut short"), std::string::npos);
}

TEST_F(EvaluateJobTest, NotesSixteenBits) {
  const EvaluateResult before = RunEvaluateJob(job_);
  // The same values in 16 bits: 257 times as large.
  for (const char* name : {"a.png", "b.png"}) {
    const fs::path path = folder_.path() / "fused" / name;
    WriteImage(path, ReadImage(path).As(SampleType::kUint16));
  }
  const EvaluateResult after = RunEvaluateJob(job_);
  EXPECT_EQ(before.methods[0].scores, after.methods[0].scores);
  EXPECT_EQ(after.notes,
            std::vector<std::string>{"2 images with more than 8 bits: values scaled to 0..255"});
}

TEST_F(EvaluateJobTest, NotesColourOnGreySources) {
  std::array<Plane<float>, 3> rgb;
  for (unsigned c = 0; c < 3; ++c) rgb[c] = RandomImage(48, 48, c);
  WriteImage(folder_.path() / "fused/a.png", Image(std::move(rgb)));
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_EQ(result.report.succeeded, 2);
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_EQ(result.notes[0].find("1 fused image in colour with grey sources: "), 0u);
}

TEST_F(EvaluateJobTest, NotesUndefinedValues) {
  fs::copy_file(At("ir/a.png"), At("fused/a.png"), fs::copy_options::overwrite_existing);
  const EvaluateResult result = RunEvaluateJob(job_);
  EXPECT_EQ(result.notes,
            std::vector<std::string>{
                "SCD is undefined for 1 of 2 images of ours and left out of the mean: a"});
}

TEST_F(EvaluateJobTest, RefusesWhatConcernsTheWholeJob) {
  const auto run = [&] { RunEvaluateJob(job_); };
  job_.methods.push_back(job_.methods[0]);
  ExpectError(ErrorKind::kUsage, "two sets of fused images have this name", run);
  job_.methods = {{"x", At("fused/a.png")}};
  ExpectError(ErrorKind::kUsage, "one is a folder and the other an image", run);
  job_.methods = {{"x", At("nothing")}};
  ExpectError(ErrorKind::kInput, "no such file or folder", run);
  MakeFolder(folder_ / "empty");
  job_.methods = {{"x", At("empty")}};
  ExpectError(ErrorKind::kInput, "has no images", run);
  job_.methods = {};
  ExpectError(ErrorKind::kUsage, "no fused images to score", run);
}

TEST_F(EvaluateJobTest, StopsWhenTold) {
  job_.threads = 1;
  const EvaluateResult result = RunEvaluateJob(job_, [](const JobProgress&) { return false; });
  EXPECT_TRUE(result.report.stopped);
  EXPECT_EQ(result.methods[0].images, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace auif
