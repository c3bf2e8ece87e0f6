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
  section.tables = {{"T&C", {"x"}, {{{"<script>", "best"}, {"y", "\"><script>"}}}}};
  const std::string html = FormatReport({section}, "/nowhere");
  EXPECT_NE(html.find("a &lt; b"), std::string::npos);
  EXPECT_NE(html.find("T&amp;C"), std::string::npos);
  EXPECT_NE(html.find("<td class=\"best\">&lt;script&gt;</td>"), std::string::npos);
  EXPECT_EQ(html.find("\"><script>"), std::string::npos);
  section.name = "\"><script>alert(1)</script>";
  EXPECT_EQ(FormatReport({section}, "/nowhere").find("<script>alert"), std::string::npos);
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

// Titles and labels come from files that describe data sets: whatever they hold is drawn, and never
// run; neither now nor when somebody draws the script again.
TEST(Plot, NoTextIsPartOfTheScript) {
  try {
    CheckGnuplot();
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  std::string every;
  for (int c = 1; c < 0x80; ++c) every += static_cast<char>(c);
  const std::string run = "system('touch hit')";
  const std::vector<std::string> texts = {every,
                                          every + every,
                                          std::string("x`touch hit`"),
                                          "x\"\n" + run + "\n\"",
                                          "x'\n" + run + "\n'",
                                          "x\" ; " + run + " ; \"",
                                          "x' ; " + run + " ; '",
                                          "x\\\" ; " + run + " #",
                                          std::string("x\\"),
                                          "@run",
                                          "x\n$d0_0 << EOD\nEOD\n" + run,
                                          "x\r" + run,
                                          std::string("x\0`touch hit`", 13),
                                          std::string("{/*9 %d %s %n} ${x} && ||"),
                                          std::string("\n!touch hit\n"),
                                          std::string("</text><script>alert(1)</script>&#65;"),
                                          std::string("2 pairs ± ü \xff\xfe")};
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    const TemporaryFolder folder;
    const PlotSeries series{text, {1, 2, 3}, {1, 4, 9}, SeriesColor(0)};
    const PlotPanel panel{text, text, text, {series}, false};
    DrawPlot({"figure", 2, 300, 200, {panel, panel}, {series}}, folder.path());
    EXPECT_EQ(folder.Count(), 3);
    const std::string svg = ReadFile(folder / "figure.svg");
    EXPECT_EQ(svg.find("<script>"), std::string::npos);
    for (const char c : ReadFile(folder / "figure.gp")) {
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
      EXPECT_NE(c, '`');
    }
  }
}

TEST(Plot, LabelsAreDrawnAsTheyAre) {
  try {
    CheckGnuplot();
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const TemporaryFolder folder;
  const PlotPanel panel{"N = 3 'a' \"b\" `c` \\d @e {f} $g ±", "x", "y", {}, false};
  DrawPlot({"figure", 1, 600, 200, {panel}, {}}, folder.path());
  EXPECT_NE(ReadFile(folder / "figure.svg").find(panel.title), std::string::npos);
}

TEST(Plot, NamesAreChecked) {
  const TemporaryFolder folder;
  for (const char* name : {"", "../a", "-a", "a'b", "a b", "a\nb"}) {
    Plot plot;
    plot.name = name;
    ExpectError(ErrorKind::kUsage, "name", [&] { DrawPlot(plot, folder.path()); });
  }
  EXPECT_EQ(folder.Count(), 0);
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
