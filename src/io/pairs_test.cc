#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

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

// Names as people and public data sets have them, one folder each; a pair is expected from every
// one.
TEST_F(PairsTest, OneFolderWithNamesOfEveryKind) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"1_PreviewData.jpeg", "1_RGB.jpg"},
      {"1_nir.tiff", "1_rgb.tiff"},
      {"1_tir.png", "1_vis.png"},
      {"1i.png", "1v.png"},
      {"i1.png", "v1.png"},
      {"IR_a_g.bmp", "VIS_a_r.bmp"},
      {"IR.bmp", "VIS.bmp"},
      {"LWIR.tif", "Vis.tif"},
      {"LWIR-MarnehNew_15RGB_603.tif", "VIS-MarnehNew_24RGB_1163.tif"},
      {"DJI_0001_T.JPG", "DJI_0001_W.JPG"},
      {"scene.thermal.png", "scene.color.png"},
      {"a (IR).png", "a (RGB).png"},
      {"\u00c9t\u00e9_ir.png", "e\u0301te\u0301_vis.png"},  // NFC upper case, NFD lower case
  };
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string folder = "kind" + std::to_string(i);
    Touch(folder + "/" + kinds[i].first);
    Touch(folder + "/" + kinds[i].second);
    const PairList list = FindPairs(folder_ / folder);
    ASSERT_EQ(list.pairs.size(), 1u) << kinds[i].first;
    EXPECT_EQ(list.pairs[0].ir.filename(), kinds[i].first);
    EXPECT_EQ(list.pairs[0].vis.filename(), kinds[i].second);
    EXPECT_TRUE(list.unmatched.empty());
  }
}

TEST_F(PairsTest, AFurtherBandIsNoFailure) {
  for (const char* name :
       {"a_LWIR.tif", "a_Vis.tif", "a_II.tif", "a_nir.tif", "b_nir.tif", "b_rgb.tif"}) {
    Touch(name);
  }
  const PairList list = FindPairs(folder_.path());
  EXPECT_EQ(Describe(list), (Lines{"a: a_LWIR.tif a_Vis.tif", "b: b_nir.tif b_rgb.tif"}));
  EXPECT_EQ(list.others.size(), 2u);
}

TEST_F(PairsTest, FoldersOfEveryKind) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"lwir", "visible"},
      {"ir_img", "vis_img"},
      {"thermal_8_bit", "RGB"},
      {"cropinfrared", "crop_LR_visible"},
      {"trainimgr", "trainimg"},
      {"nir", "rgb"},
      {"infrared/train", "visible/train"}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string folder = "kind" + std::to_string(i);
    Touch(folder + "/" + kinds[i].first + "/1.png");
    Touch(folder + "/" + kinds[i].second + "/1.png");
    const PairList list = FindPairs(folder_ / folder);
    ASSERT_EQ(list.pairs.size(), 1u) << kinds[i].first;
    EXPECT_EQ(list.pairs[0].ir, folder_ / folder / kinds[i].first / "1.png");
    EXPECT_EQ(list.pairs[0].name, i == 6 ? "train/1" : "1");
  }
}

TEST_F(PairsTest, TwoFoldersByWhatTheirNamesHaveInCommon) {
  for (const char* name : {"t/x-frame-000816-abc.jpg", "v/y-frame-000816-def.jpg",
                           "t/x-frame-000817-ghi.jpg", "v/y-frame-000817-jkl.jpg"}) {
    Touch(name);
  }
  const PairList list = FindPairs(folder_ / "t", folder_ / "v");
  EXPECT_EQ(Describe(list),
            (Lines{"frame_000816: t/x-frame-000816-abc.jpg v/y-frame-000816-def.jpg",
                   "frame_000817: t/x-frame-000817-ghi.jpg v/y-frame-000817-jkl.jpg"}));
  EXPECT_EQ(list.pairs[0].by, PairedBy::kCommonWords);
}

// Images of different scenes are not paired because of a word that all names have.
TEST_F(PairsTest, NothingIsMadeUp) {
  for (const char* name : {"t/img_1.png", "v/img_2.png"}) Touch(name);
  EXPECT_TRUE(FindPairs(folder_ / "t", folder_ / "v").pairs.empty());
  for (const char* name : {"t/img_3.png", "v/img_4.png"}) Touch(name);
  EXPECT_TRUE(FindPairs(folder_ / "t", folder_ / "v").pairs.empty());
  // Two of one frame, of different videos.
  for (const char* name : {"a/x-1-p.png", "a/y-1-q.png", "b/z-1-r.png"}) Touch(name);
  EXPECT_TRUE(FindPairs(folder_ / "a", folder_ / "b").pairs.empty());
}

TEST_F(PairsTest, TheSameFolderTwiceIsRefused) {
  Touch("a/1.png");
  EXPECT_THROW(FindPairs(folder_ / "a", folder_ / "b/../a"), Error);
  EXPECT_THROW(FindPairs(folder_ / "a", folder_ / "a"), Error);
}

TEST_F(PairsTest, RecursiveNamesHaveTheirFolders) {
  for (const char* name :
       {"set/s1/IR.bmp", "set/s1/VIS.bmp", "set/s2/deep/x_ir.png", "set/s2/deep/x_vis.png",
        "set/train/ir/1.png", "set/train/vi/1.png", "set/test/ir/1.png", "set/test/vi/1.png"}) {
    Touch(name);
  }
  EXPECT_THROW(FindPairs(folder_ / "set"), Error);
  PairRules rules;
  rules.recursive = true;
  EXPECT_EQ(Describe(FindPairs(folder_ / "set", rules)),
            (Lines{"s1/s1: set/s1/IR.bmp set/s1/VIS.bmp",
                   "s2/deep/x: set/s2/deep/x_ir.png set/s2/deep/x_vis.png",
                   "test/1: set/test/ir/1.png set/test/vi/1.png",
                   "train/1: set/train/ir/1.png set/train/vi/1.png"}));
}

// A tree of tiny files as each public data set has it.
TEST_F(PairsTest, NamedLayouts) {
  const std::map<std::string, Lines> trees = {
      {"msrs",
       {"train/ir/00001D.png", "train/vi/00001D.png", "test/ir/00002N.png", "test/vi/00002N.png",
        "train/Segmentation_labels/00001D.png"}},
      {"m3fd",
       {"Ir/00000.png", "Vis/00000.png", "Ir/00001.png", "Vis/00001.png", "Annotation/00001.xml"}},
      {"llvip",
       {"infrared/train/010001.jpg", "visible/train/010001.jpg", "infrared/test/190001.jpg",
        "visible/test/190001.jpg"}},
      {"kaist",
       {"set00/V000/lwir/I00000.jpg", "set00/V000/visible/I00000.jpg", "set01/V000/lwir/I00000.jpg",
        "set01/V000/visible/I00000.jpg"}},
      {"flir-adas",
       {"train/thermal_8_bit/FLIR_00001.jpeg", "train/thermal_16_bit/FLIR_00001.tiff",
        "train/RGB/FLIR_00001.jpg", "val/thermal_8_bit/FLIR_08863.jpeg", "val/RGB/FLIR_08863.jpg"}},
      {"roadscene",
       {"cropinfrared/FLIR_00006.jpg", "crop_LR_visible/FLIR_00006.jpg",
        "crop_HR_visible/FLIR_00006.jpg", "cropinfrared/FLIR_00018.jpg",
        "crop_LR_visible/FLIR_00018.jpg"}},
      {"tno",
       {"Athena_images/bunker/IR_meting003_g.bmp", "Athena_images/bunker/VIS_meting003_r.bmp",
        "Athena_images/heather/IR_hei_vis_g.bmp", "Athena_images/heather/VIS_hei_vis_r.bmp",
        "Triclobs_images/Kaptein_01/LWIR.tif", "Triclobs_images/Kaptein_01/Vis.tif",
        "Triclobs_images/Kaptein_01/Kaptein_II.tif"}},
      {"rgbt234",
       {"afterrain/infrared/00001i.jpg", "afterrain/visible/00001v.jpg",
        "baby/infrared/i000001.jpg", "baby/visible/v000001.jpg"}},
      {"dronevehicle",
       {"train/trainimgr/00001.jpg", "train/trainimg/00001.jpg", "val/valimgr/00001.jpg",
        "val/valimg/00001.jpg"}},
      {"epfl-nir",
       {"country/0000_nir.tiff", "country/0000_rgb.tiff", "field/0000_nir.tiff",
        "field/0000_rgb.tiff"}},
  };
  ASSERT_EQ(trees.size(), Layouts().size());
  for (const Layout& layout : Layouts()) {
    for (const std::string& file : trees.at(layout.name)) Touch(layout.name + "/" + file);
    PairRules rules;
    rules.layout = layout.name;
    const PairList list = FindPairs(folder_ / layout.name, rules);
    ASSERT_EQ(list.pairs.size(), layout.name == "tno" ? 3u : 2u) << layout.name;
    for (const ImagePair& pair : list.pairs) EXPECT_NE(pair.ir, pair.vis);
  }
  PairRules rules;
  rules.layout = "kaisst";
  try {
    FindPairs(folder_ / "kaist", rules);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(error.hint().find("did you mean 'kaist'?"), std::string::npos) << error.hint();
  }
}

TEST_F(PairsTest, APatternCapturesWhatIsCommon) {
  for (const char* name : {"left7.png", "right7.png", "left8.png", "other.png"}) Touch(name);
  PairRules rules;
  rules.match = "left(\\d+)|right(\\d+)";
  EXPECT_EQ(Describe(FindPairs(folder_.path(), rules)),
            (Lines{"7: left7.png right7.png", "left8.png?", "other.png?"}));
  for (const char* wrong : {"(", "left", "(a)", "(a)|(b)|(c)"}) {
    rules.match = wrong;
    EXPECT_THROW(FindPairs(folder_.path(), rules), Error) << wrong;
  }
}

TEST_F(PairsTest, AFileListsPairs) {
  for (const char* name : {"a/1.png", "b/x.png", "a/2.png"}) Touch(name);
  PairRules rules;
  const auto list = [&](const std::string& text) {
    WriteAll(folder_ / "pairs", text);
    rules.list = folder_ / "pairs";
    return Describe(FindPairs("", rules));
  };
  EXPECT_EQ(list("infrared,visible,name\na/1.png,b/x.png,one\na/2.png,b/x.png,sub/two\n"),
            (Lines{"one: a/1.png b/x.png", "sub/two: a/2.png b/x.png"}));
  EXPECT_EQ(list("Visible,Infrared\nb/x.png,a/1.png\n"), (Lines{"x: a/1.png b/x.png"}));
  EXPECT_EQ(list(R"( [{"infrared": "a/1.png", "visible": "b/x.png"}])"),
            (Lines{"x: a/1.png b/x.png"}));
  for (const char* wrong :
       {"", "a,b\n1,2\n", "infrared,visible\na/1.png,none.png\n", "infrared,visible\n,b/x.png\n",
        "infrared,visible,name\na/1.png,b/x.png,../x\n",
        "infrared,visible,name\na/1.png,b/x.png,/x\n",
        "infrared,visible,name\na/1.png,b/x.png,e\na/2.png,b/x.png,E\n", "[1]", "{}", "[",
        R"([{"infrared": 1}])"}) {
    EXPECT_THROW(list(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace auif
