#include "experiments/report.h"

#include <gtest/gtest.h>

#include "experiments/plot.h"
#include "experiments/sheet.h"
#include "io/atomic_file.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

TEST(Base64, KnownTexts) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("\xff\xfe\xfd\xfc"), "//79/A==");
}

TEST(Report, TextIsEscapedAndMarksAreClasses) {
  Section section;
  section.name = "compare";
  section.title = "a < b";
  section.tables = {{"T&C", {"x"}, {{{"<script>", "best"}}}}};
  const std::string html = FormatReport({section}, "/nowhere");
  EXPECT_NE(html.find("a &lt; b"), std::string::npos);
  EXPECT_NE(html.find("T&amp;C"), std::string::npos);
  EXPECT_NE(html.find("<td class=\"best\">&lt;script&gt;</td>"), std::string::npos);
}

TEST(Report, AMissingFigureIsAnError) {
  Section section;
  section.figures = {{"layers", "", false}};
  ExpectError(ErrorKind::kInput, "layers.svg", [&] { FormatReport({section}, "/nowhere"); });
}

TEST(Reproduction, CellsBesideThePapers) {
  Section section;
  section.title = "Table 3";
  section.reproduced = {{"Table 3, TNO", "AUIF", {"EN"}, {"7.0000"}, {"7.0700"}}};
  section.deviations = {"Another random start."};
  const std::string text = FormatReproduction({section});
  EXPECT_NE(text.find("| AUIF: paper | 7.0000 |\n| AUIF: this project | 7.0700 |\n"
                      "| difference | +1.0 % |"),
            std::string::npos);
  EXPECT_NE(text.find("- Another random start."), std::string::npos);
}

TEST(Sheet, TheBoxIsInsideTheImage) {
  Plane<float> ir(50, 40), vis(50, 40);
  // Structure in the lower right corner alone.
  for (int y = 30; y < 40; ++y) {
    for (int x = 40; x < 50; ++x) {
      ir.Row(y)[x] = static_cast<float>((x + y) % 2);
      vis.Row(y)[x] = static_cast<float>(x % 2);
    }
  }
  const Box box = InterestingBox(ir, vis);
  EXPECT_EQ(box.width, 10);
  EXPECT_EQ(box.height, 8);
  EXPECT_GE(box.x, 35);
  EXPECT_LE(box.x + box.width, 50);
  EXPECT_GE(box.y, 26);
  EXPECT_LE(box.y + box.height, 40);
}

TEST(Sheet, StretchingFillsTheRange) {
  Plane<float> map(4, 1);
  for (int x = 0; x < 4; ++x) map.Row(0)[x] = static_cast<float>(x) - 5;
  const Plane<float> stretched = Stretched(map);
  EXPECT_FLOAT_EQ(stretched.Row(0)[0], 0);
  EXPECT_FLOAT_EQ(stretched.Row(0)[1], 1 / 3.0f);
  EXPECT_FLOAT_EQ(stretched.Row(0)[3], 1);
}

TEST(Plot, WritesScriptAndImages) {
  try {
    CheckGnuplot();
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const TemporaryFolder folder;
  const PlotSeries series{"a \"b\"", {1, 2, 3}, {1, 4, 9}, SeriesColor(0)};
  DrawPlot({"figure", 1, 300, 200, {{"title", "x", "y", {series}, false}}, {series}},
           folder.path());
  EXPECT_EQ(folder.Count(), 3);
  EXPECT_NE(ReadFile(folder / "figure.svg").find("</svg>"), std::string::npos);
  EXPECT_EQ(ReadFile(folder / "figure.png").substr(1, 3), "PNG");
  EXPECT_NE(ReadFile(folder / "figure.gp").find("3 9"), std::string::npos);
}

TEST(Plot, SaysWhatGnuplotSays) {
  try {
    CheckGnuplot();
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const TemporaryFolder folder;
  PlotSeries series{"a", {1}, {1}, "no colour"};
  ExpectError(ErrorKind::kOutput, "gnuplot failed", [&] {
    DrawPlot({"figure", 1, 300, 200, {{"title", "x", "y", {series}, false}}, {}}, folder.path());
  });
}

}  // namespace
}  // namespace auif
