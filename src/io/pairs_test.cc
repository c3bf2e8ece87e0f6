#include <gtest/gtest.h>

#include <algorithm>

#include "auif/error.h"
#include "auif/io.h"
#include "tests/run_program.h"

namespace auif {
namespace {

class PairsTest : public testing::Test {
 protected:
  void Touch(const std::string& name) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    WriteAll(folder_ / name, "");
  }
  // "NAME: IR VIS" for every pair, "FILE?" for what has no partner; relative to the folder.
  std::vector<std::string> Describe(const PairList& list) const {
    const auto relative = [&](const std::filesystem::path& path) {
      return std::filesystem::relative(path, folder_.path()).string();
    };
    std::vector<std::string> lines;
    for (const ImagePair& pair : list.pairs) {
      lines.push_back(pair.name + ": " + relative(pair.ir) + " " + relative(pair.vis));
    }
    for (const auto& path : list.unmatched) lines.push_back(relative(path) + "?");
    return lines;
  }

  TemporaryFolder folder_;
};

using Lines = std::vector<std::string>;

TEST_F(PairsTest, TwoFoldersByBaseNameIgnoringCaseAndExtension) {
  for (const char* name : {"ir/A.png", "vis/a.JPG", "ir/b.tif", "vis/b.tif", "ir/c.png",
                           "vis/d.png", "vis/notes.txt", "ir/.hidden.png"}) {
    Touch(name);
  }
  EXPECT_EQ(Describe(FindPairs(folder_ / "ir", folder_ / "vis")),
            (Lines{"A: ir/A.png vis/a.JPG", "b: ir/b.tif vis/b.tif", "ir/c.png?", "vis/d.png?"}));
}

TEST_F(PairsTest, MarkersInTwoFolders) {
  for (const char* name :
       {"t/FLIR_1_ir.png", "v/FLIR_1_rgb.png", "t/IR7.bmp", "v/VIS7.bmp", "t/9.png", "v/9.png"}) {
    Touch(name);
  }
  EXPECT_EQ(Describe(FindPairs(folder_ / "t", folder_ / "v")),
            (Lines{"7: t/IR7.bmp v/VIS7.bmp", "9: t/9.png v/9.png",
                   "FLIR_1: t/FLIR_1_ir.png v/FLIR_1_rgb.png"}));
}

TEST_F(PairsTest, OneFolderWithSubfoldersOfEveryUsualName) {
  for (const char* ir : {"ir", "Ir", "infrared", "Thermal"}) {
    for (const char* vis : {"vi", "Vis", "visible", "RGB"}) {
      const std::string set = std::string(ir) + "-" + vis;
      Touch(set + "/" + ir + "/1.png");
      Touch(set + "/" + vis + "/1.png");
      const PairList list = FindPairs(folder_ / set);
      ASSERT_EQ(list.pairs.size(), 1u) << set;
      EXPECT_EQ(list.pairs[0].ir.parent_path().filename(), ir);
      EXPECT_EQ(list.pairs[0].vis.parent_path().filename(), vis);
    }
  }
}

TEST_F(PairsTest, OneFolderWithMarkedNames) {
  for (const char* name : {"a_ir.png", "a_vis.png", "b_IR.png", "b_EO.png", "IR7.png", "VIS7.png",
                           "thermal_x.png", "visible_x.png", "fir.png", "c-vi.png"}) {
    Touch(name);
  }
  EXPECT_EQ(Describe(FindPairs(folder_.path())),
            (Lines{"7: IR7.png VIS7.png", "a: a_ir.png a_vis.png", "b: b_IR.png b_EO.png",
                   "x: thermal_x.png visible_x.png", "c-vi.png?", "fir.png?"}));
}

TEST_F(PairsTest, AmbiguousAndEmptyFoldersAreErrors) {
  Touch("ir/a.png");
  Touch("ir/A.jpg");
  Touch("vis/a.png");
  EXPECT_THROW(FindPairs(folder_ / "ir", folder_ / "vis"), Error);
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_THROW(FindPairs(folder_ / "empty"), Error);
  EXPECT_THROW(FindPairs(folder_ / "empty", folder_ / "vis"), Error);
  EXPECT_THROW(FindPairs(folder_ / "none"), Error);
  Touch("both/ir/a.png");
  Touch("both/thermal/a.png");
  Touch("both/vis/a.png");
  EXPECT_THROW(FindPairs(folder_ / "both"), Error);
}

}  // namespace
}  // namespace auif
