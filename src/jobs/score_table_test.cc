#include "jobs/score_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

// Two methods with two images each, of two metrics: the first better higher, the second lower.
EvaluateResult TwoMethods() {
  EvaluateResult result;
  result.metrics = {{"EN", "EN", "entropy", "bits", "0 .. 8", Direction::kHigherIsBetter, ""},
                    {"MS_E", "MSE", "error", "", "0 ..", Direction::kLowerIsBetter, ""}};
  result.methods = {{"ours", {"a", "b"}, {{7.0, 10.0}, {7.5, std::nullopt}}},
                    {"theirs", {"a", "b"}, {{6.0, 123456.0}, {7.0, 123456.0}}}};
  return result;
}

std::vector<TableRow> Published() {
  return {{{"old"}, {7.250001, std::nullopt}, true}, {{"older"}, {1.0, 11.0}, true}};
}

std::string Means(TableFormat format, const std::vector<TableRow>& baseline = Published()) {
  return FormatMeans(TwoMethods(), baseline, Conventions().front(), format);
}

TEST(ScoreTableTest, MarksBestAndSecondByDirectionAndPrintedDigits) {
  // 7.250001 and 7.25 print alike: both are best.
  EXPECT_EQ(Means(TableFormat::kTable),
            "method  EN ↑   MS_E ↓\n"
            "old     7.25*       -\n"
            "older      1       11+\n"
            "ours    7.25*      10*\n"
            "theirs   6.5+  123456\n");
}

TEST(ScoreTableTest, Terminal) {
  const std::string text = Means(TableFormat::kTerminal);
  EXPECT_NE(text.find("\x1b[1m7.25\x1b[0m"), std::string::npos) << text;
  EXPECT_NE(text.find("\x1b[4m6.5\x1b[0m"), std::string::npos) << text;
}

TEST(ScoreTableTest, Markdown) {
  EXPECT_EQ(Means(TableFormat::kMarkdown),
            "| method | EN ↑ | MS\\_E ↓ |\n"
            "|---|--:|--:|\n"
            "| old | **7.25** | - |\n"
            "| older | 1 | <u>11</u> |\n"
            "| ours | **7.25** | **10** |\n"
            "| theirs | <u>6.5</u> | 123456 |\n");
}

TEST(ScoreTableTest, Latex) {
  EXPECT_EQ(Means(TableFormat::kLatex),
            "\\begin{tabular}{lrr}\n\\hline\n"
            "method & EN $\\uparrow$ & MS\\_E $\\downarrow$ \\\\\n\\hline\n"
            "old & \\textbf{7.25} & - \\\\\n"
            "older & 1 & \\underline{11} \\\\\n"
            "ours & \\textbf{7.25} & \\textbf{10} \\\\\n"
            "theirs & \\underline{6.5} & 123456 \\\\\n"
            "\\hline\n\\end{tabular}\n");
}

TEST(ScoreTableTest, OneRowHasNoBest) {
  EvaluateResult result = TwoMethods();
  result.methods.pop_back();
  EXPECT_EQ(FormatMeans(result, {}, Conventions().front(), TableFormat::kTable),
            "method  EN ↑   MS_E ↓\n"
            "ours    7.25       10\n");
}

TEST(ScoreTableTest, ManyMetricsGetARowEach) {
  EvaluateResult result = TwoMethods();
  for (int i = 0; i < 20; ++i) {
    result.metrics.push_back(result.metrics[0]);
    for (MethodScores& method : result.methods) {
      for (Scores& scores : method.scores) scores.push_back(scores[0]);
    }
  }
  const std::string text = FormatMeans(result, {}, Conventions().front(), TableFormat::kTable);
  EXPECT_EQ(text.substr(0, text.find('\n', text.find("MS_E"))),
            "metric  ours   theirs\n"
            "EN ↑    7.25*     6.5+\n"
            "MS_E ↓    10*  123456+");
}

TEST(ScoreTableTest, CsvIsABaselineForAnotherRun) {
  const std::string csv = Means(TableFormat::kCsv);
  EXPECT_EQ(csv,
            "method,EN,MS_E\n"
            "old,7.250001,-\n"
            "older,1,11\n"
            "ours,7.25,10\n"
            "theirs,6.5,123456\n");
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "a.csv", csv);
  EXPECT_EQ(Means(TableFormat::kCsv, ReadBaseline(folder / "a.csv", TwoMethods().metrics)),
            csv + "ours,7.25,10\ntheirs,6.5,123456\n");
}

TEST(ScoreTableTest, Images) {
  EXPECT_EQ(FormatImages(TwoMethods(), Conventions().front(), TableFormat::kCsv),
            "method,image,EN,MS_E\n"
            "ours,a,7,10\n"
            "ours,b,7.5,undefined\n"
            "theirs,a,6,123456\n"
            "theirs,b,7,123456\n");
  EvaluateResult one = TwoMethods();
  one.methods.pop_back();
  EXPECT_EQ(FormatImages(one, Conventions().front(), TableFormat::kCsv),
            "image,EN,MS_E\na,7,10\nb,7.5,undefined\n");
}

TEST(ScoreTableTest, JsonTellsEverything) {
  const auto json = nlohmann::json::parse(Means(TableFormat::kJson));
  EXPECT_EQ(json["convention"], "standard");
  EXPECT_EQ(json["metrics"][1]["better"], "lower");
  EXPECT_EQ(json["baseline"][0]["means"]["EN"], 7.250001);
  EXPECT_TRUE(json["baseline"][0]["means"]["MS_E"].is_null());
  EXPECT_EQ(json["methods"][0]["means"]["MS_E"], 10);
  EXPECT_EQ(json["methods"][0]["undefined"]["MS_E"], 1);
  EXPECT_EQ(json["methods"][0]["image_count"], 2);
  const auto images =
      nlohmann::json::parse(FormatImages(TwoMethods(), Conventions().front(), TableFormat::kJson));
  EXPECT_TRUE(images["methods"][0]["images"][1]["scores"]["MS_E"].is_null());
}

TEST(BaselineTest, MatchesColumnsByNameIgnoringCase) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "a.csv", "name,year,ms_e,En\nX,2020,-,6.5\nY,2021,undefined,\n");
  const std::vector<TableRow> rows = ReadBaseline(folder / "a.csv", TwoMethods().metrics);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].labels, std::vector<std::string>{"X"});
  EXPECT_EQ(rows[0].values, (Scores{6.5, std::nullopt}));
  EXPECT_EQ(rows[1].values, (Scores{std::nullopt, std::nullopt}));
}

TEST(BaselineTest, RefusesWhatIsNoNumber) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& text) {
    return [&folder, text] {
      WriteFileAtomically(folder / "a.csv", text);
      ReadBaseline(folder / "a.csv", TwoMethods().metrics);
    };
  };
  ExpectError(ErrorKind::kInput, "'7,1' is not a number", read("method,EN\nX,\"7,1\"\n"));
  ExpectError(ErrorKind::kInput, "'nan' is not a number", read("method,EN\nX,nan\n"));
  ExpectError(ErrorKind::kInput, "has a column for none of the metrics", read("EN,SD\n1,2\n"));
}

}  // namespace
}  // namespace auif
