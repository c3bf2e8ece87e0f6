#include "io/csv.h"

#include <gtest/gtest.h>

#include "auif/error.h"
#include "io/atomic_file.h"

namespace auif {
namespace {

using Cells = std::vector<std::string>;

CsvTable Parse(const std::string& text) {
  const std::filesystem::path path = ::testing::TempDir() + "csv_test.csv";
  WriteFileAtomically(path, text);
  return ReadCsv(path);
}

std::string MessageFor(const std::string& text) {
  try {
    Parse(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.message();
  }
  ADD_FAILURE() << "nothing thrown";
  return "";
}

TEST(CsvTest, ReadsWhatSpreadsheetsWrite) {
  const CsvTable table = Parse("\xef\xbb\xbfmethod, EN ,SD\r\n\r\n\"a, \"\"b\"\"\",1,\r\nc,2,3");
  EXPECT_EQ(table.header, (Cells{"method", "EN", "SD"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0], (Cells{"a, \"b\"", "1", ""}));
  EXPECT_EQ(table.rows[1], (Cells{"c", "2", "3"}));
}

TEST(CsvTest, ReadsWhatItWrites) {
  const Cells cells{"plain", "a,b", "say \"x\"", "two\nlines", ""};
  const CsvTable table = Parse(CsvLine(cells) + CsvLine(cells));
  EXPECT_EQ(table.header, cells);
  EXPECT_EQ(table.rows.at(0), cells);
}

TEST(CsvTest, NamesTheLineThatDoesNotFit) {
  EXPECT_EQ(MessageFor("a,b\n1,2\n1\n"), "line 3 has 1 cells, the header 2");
  EXPECT_EQ(MessageFor("\n\n"), "the file is empty");
}

}  // namespace
}  // namespace auif
