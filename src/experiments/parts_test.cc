#include "experiments/parts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "experiments/section.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

using Json = nlohmann::json;

const std::vector<std::string> kImages = {"a", "b"};

Json Scores() { return ToJson({kImages, {{1, 2, 3, 4, 5, 6}, {7, 8, 9, std::nan(""), 11, 12}}}); }

TEST(Parts, ScoresComeBack) {
  // As a file holds them: NaN is null.
  const auto found = ScoresFrom(Json::parse(Scores().dump()), kImages);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->images, kImages);
  EXPECT_EQ(found->values[0], (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(std::isnan(found->values[1][3]));
  EXPECT_EQ(found->Mean()[0], 4);
  EXPECT_EQ(found->Mean()[3], 4);
}

TEST(Parts, ScoresByOtherMetrics) {
  const std::vector<std::string> metrics = {"HK", "NM"};
  const Json json = ToJson({kImages, {{1, 2}, {3, 4}}, metrics});
  const auto found = ScoresFrom(json, kImages, metrics);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->Mean(), (std::vector<double>{2, 3}));
  EXPECT_EQ(found->Deviation(), (std::vector<double>{std::sqrt(2.0), std::sqrt(2.0)}));
  EXPECT_FALSE(ScoresFrom(json, kImages));
  EXPECT_FALSE(ScoresFrom(json, kImages, {"NM", "HK"}));
}

TEST(Parts, DamagedScoresAreNoScores) {
  const auto damaged = [](const std::function<void(Json&)>& damage) {
    Json json = Json::parse(Scores().dump());
    damage(json);
    return !ScoresFrom(json, kImages);
  };
  EXPECT_FALSE(damaged([](Json&) {}));
  EXPECT_TRUE(damaged([](Json& j) { j["values"].erase(1); }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"].push_back(j["values"][0]); }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0].push_back(7); }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0].erase(5); }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0] = Json::array(); }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0] = 1; }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"] = "x"; }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"] = {{"0", 1}, {"1", 2}}; }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0][0] = "1"; }));
  EXPECT_TRUE(damaged([](Json& j) { j["values"][0][0] = true; }));
  EXPECT_TRUE(damaged([](Json& j) { j.erase("values"); }));
  EXPECT_TRUE(damaged([](Json& j) { j["images"].erase(0); }));
  EXPECT_TRUE(damaged([](Json& j) { j["images"][0] = "z"; }));
  EXPECT_TRUE(damaged([](Json& j) { j["images"].push_back("c"); }));
  EXPECT_TRUE(damaged([](Json& j) { j.erase("metrics"); }));
  EXPECT_TRUE(damaged([](Json& j) { j["metrics"][0] = "XX"; }));
  for (const Json& other : {Json(), Json(1), Json("x"), Json::array(), Json::object()}) {
    EXPECT_FALSE(ScoresFrom(other, kImages)) << other;
  }
}

TrainCurves Curves() {
  TrainCurves curves{{3, 2, 1}, {3, 2, 1}, {0.1, 0.2, 0.3}, {}};
  for (const char* key : {"base.eta", "base.theta", "detail.eta", "detail.theta"}) {
    curves.layers[key] = {{1, 2}, {3, 4}, {5, 6}};
  }
  return curves;
}

TEST(Parts, CurvesComeBackUpToAnEpoch) {
  const auto found = CurvesFrom(ToJson(Curves()), 2, 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->loss, (std::vector<double>{3, 2}));
  EXPECT_EQ(found->layers.at("detail.theta"), (std::vector<std::vector<double>>{{1, 2}, {3, 4}}));
}

TEST(Parts, DamagedCurvesAreNoCurves) {
  const auto damaged = [](const std::function<void(Json&)>& damage) {
    Json json = ToJson(Curves());
    damage(json);
    return !CurvesFrom(json, 3, 2);
  };
  EXPECT_FALSE(damaged([](Json&) {}));
  for (const char* key : {"loss", "mse", "ssim"}) {
    EXPECT_TRUE(damaged([&](Json& j) { j[key].erase(0); }));
    EXPECT_TRUE(damaged([&](Json& j) { j[key][1] = nullptr; }));
    EXPECT_TRUE(damaged([&](Json& j) { j[key] = 3; }));
    EXPECT_TRUE(damaged([&](Json& j) { j.erase(key); }));
  }
  EXPECT_TRUE(damaged([](Json& j) { j["layers"].erase("base.eta"); }));
  EXPECT_TRUE(damaged([](Json& j) { j["layers"]["base.eta"].erase(2); }));
  EXPECT_TRUE(damaged([](Json& j) { j["layers"]["base.eta"][2].erase(1); }));
  EXPECT_TRUE(damaged([](Json& j) { j["layers"]["base.eta"][2].push_back(1); }));
  EXPECT_TRUE(damaged([](Json& j) { j["layers"]["base.eta"][2][0] = "x"; }));
  EXPECT_TRUE(damaged([](Json& j) { j["layers"] = Json::array(); }));
  EXPECT_FALSE(CurvesFrom(ToJson(Curves()), 3, 1));
  EXPECT_FALSE(CurvesFrom(ToJson(Curves()), 4, 2));
  EXPECT_FALSE(CurvesFrom(Json(), 3, 2));
}

TEST(Parts, Seconds) {
  EXPECT_EQ(AmountFrom({{"seconds", 2.5}}, "seconds"), 2.5);
  for (const Json& other : {Json(), Json(1), Json{{"seconds", "1"}}, Json{{"seconds", -1}}}) {
    EXPECT_FALSE(AmountFrom(other, "seconds")) << other;
  }
}

class SectionTest : public testing::Test {
 protected:
  SectionTest() {
    section_.name = "gallery";
    section_.tables = {{"t", {"a"}, {{{"1", "best"}, {"2", "quiet"}}}}};
    section_.figures = {{"gallery", "caption", false}};
    section_.scenes = {{"scene", {"infrared", "visible"}, {"images/a.jpg", "images/b.jpg"}}};
    section_.reproduced = {{"t", "r", {"EN", "SD"}, {"1", "2"}, {"1", "2"}}};
    MakeFolder(folder_ / "images");
    MakeFolder(folder_ / "figures");
    for (const char* file : {"images/a.jpg", "images/b.jpg", "figures/gallery.svg", "secret"}) {
      WriteFileAtomically(folder_ / file, "x");
    }
  }
  bool Reads(const std::function<void(Json&)>& damage) const {
    Json json = section_;
    damage(json);
    WriteFileAtomically(folder_ / "section.json", json.dump());
    return ReadSection(folder_ / "section.json", "gallery", folder_.path()).has_value();
  }
  TemporaryFolder folder_;
  Section section_;
};

TEST_F(SectionTest, DamagedSectionsAreNoSections) {
  EXPECT_TRUE(Reads([](Json&) {}));
  EXPECT_FALSE(Reads([](Json& j) { j["name"] = "\"><script>"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["tables"][0]["rows"][0][0]["mark"] = "\"><script>"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["tables"][0]["rows"] = 1; }));
  EXPECT_FALSE(Reads([](Json& j) { j["figures"][0]["name"] = "../gallery"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["figures"][0]["name"] = "layers"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["files"][0] = "secret"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["files"][0] = "images/../secret"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["files"][0] = "/etc/hostname"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["files"][0] = "images/none.jpg"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["files"].erase(1); }));
  EXPECT_FALSE(Reads([](Json& j) { j["scenes"][0]["labels"].push_back("more"); }));
  EXPECT_FALSE(Reads([](Json& j) {
    j["scenes"][0]["labels"] = Json::array();
    j["scenes"][0]["files"] = Json::array();
  }));
  EXPECT_FALSE(Reads([](Json& j) { j["reproduced"][0]["paper"].erase(0); }));
  EXPECT_FALSE(Reads([](Json& j) { j["reproduced"][0]["ours"].push_back("3"); }));
  EXPECT_FALSE(Reads([](Json& j) { j["seconds"] = "long"; }));
  EXPECT_FALSE(Reads([](Json& j) { j["text"] = {1, 2}; }));
  EXPECT_FALSE(Reads([](Json& j) { j = Json::array(); }));
  std::filesystem::remove(folder_ / "images/a.jpg");
  std::filesystem::create_symlink("../secret", folder_ / "images/a.jpg");
  EXPECT_FALSE(Reads([](Json&) {}));
  WriteFileAtomically(folder_ / "section.json", "{");
  EXPECT_FALSE(ReadSection(folder_ / "section.json", "gallery", folder_.path()));
  EXPECT_FALSE(ReadSection(folder_ / "none.json", "gallery", folder_.path()));
}

}  // namespace
}  // namespace auif
