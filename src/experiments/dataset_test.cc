#include "experiments/dataset.h"

#include <gtest/gtest.h>

#include "auif/io.h"
#include "experiments/published.h"
#include "io/atomic_file.h"
#include "io/folder.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

void MakePairs(const std::filesystem::path& folder, int count) {
  for (const char* kind : {"ir", "vis"}) {
    MakeFolder(folder / kind);
    for (int i = 0; i < count; ++i) {
      WriteImage(folder / kind / (std::to_string(i) + ".png"), Plane<float>(12, 10));
    }
  }
}

TEST(Datasets, ThePapersSetsAreFoundByTheirFolders) {
  const TemporaryFolder data;
  MakePairs(data / "tno", 2);
  const Datasets found = OpenDatasets(data.path(), {});
  ASSERT_EQ(found.sets.size(), 1u);
  EXPECT_EQ(found.sets[0].title, "TNO");
  EXPECT_EQ(found.sets[0].pairs.size(), 2u);
  EXPECT_EQ(found.sets[0].Shortfall(), "2 of the paper's 40 pairs");
  EXPECT_EQ(found.notes.size(), 5u);  // the other five sets are not there
}

TEST(Datasets, AFileDescribesOthers) {
  const TemporaryFolder data;
  MakePairs(data / "mine", 1);
  WriteFileAtomically(data / "mine.json",
                      R"([{"name": "mine", "split": "test", "ir": "mine/ir", "vis": "mine/vis"}])");
  const Datasets found = OpenDatasets(data.path(), {(data / "mine.json").string()});
  ASSERT_EQ(found.Split("test").size(), 1u);
  EXPECT_EQ(found.Split("test")[0]->title, "mine");
  EXPECT_EQ(found.Split("test")[0]->Shortfall(), "");
}

TEST(Datasets, ContentChangesWithAImage) {
  const TemporaryFolder data;
  MakePairs(data / "tno", 2);
  const std::string before = OpenDatasets(data.path(), {}).sets[0].content;
  EXPECT_EQ(OpenDatasets(data.path(), {}).sets[0].content, before);
  Plane<float> other(12, 10);
  other.Row(3)[4] = 1;
  WriteImage(data / "tno" / "vis" / "1.png", other);
  EXPECT_NE(OpenDatasets(data.path(), {}).sets[0].content, before);
}

TEST(Datasets, Errors) {
  const TemporaryFolder data;
  MakePairs(data / "tno", 1);
  const auto open = [&](const std::vector<std::string>& wanted) {
    return [&data, wanted] { OpenDatasets(data.path(), wanted); };
  };
  ExpectError(ErrorKind::kUsage, "no such data set", open({"tnoo"}));
  ExpectError(ErrorKind::kInput, "no such folder", open({"flir-test"}));
  ExpectError(ErrorKind::kUsage, "two data sets have this name", open({"tno", "tno"}));
  ExpectError(ErrorKind::kInput, "split 'train'",
              [&] { OpenDatasets(data.path(), {}).Split("train"); });
  ExpectError(ErrorKind::kInput, "is not a folder", [&] { OpenDatasets(data / "none", {}); });
  const auto described = [&](const std::string& text) {
    WriteFileAtomically(data / "set.json", text);
    return open({(data / "set.json").string()});
  };
  ExpectError(ErrorKind::kInput, "is no JSON file", described("{"));
  ExpectError(ErrorKind::kInput, "'name' is missing", described("{}"));
  ExpectError(ErrorKind::kInput, "'split' must be",
              described(R"({"name": "a", "ir": "tno", "split": "tset"})"));
  for (const char* name : {"..", ".hidden", "a/b", "a\\\\b", "a,b"}) {
    ExpectError(
        ErrorKind::kInput, "must do as a file's name",
        described(std::string(R"({"split": "test", "ir": "tno", "name": ")") + name + "\"}"));
  }
  for (const char* key : {"name", "title", "note", "source", "ir"}) {
    for (const char* text : {"a\\nsystem('touch P')", "\\u0000", "\\u001b[2J", "\\u007f"}) {
      ExpectError(ErrorKind::kInput, "must be one line without control characters",
                  described(std::string("{\"") + key + "\": \"" + text + "\"}"));
    }
  }
  for (const char* count : {"-1", "1.5", "\"40\"", "[]"}) {
    ExpectError(ErrorKind::kInput, "'paper_pairs' must be",
                described(std::string(R"({"name": "a", "paper_pairs": )") + count + "}"));
  }
  ExpectError(ErrorKind::kInput, "'ir' must be a text", described(R"({"name": "a", "ir": 1})"));
}

TEST(Published, TablesAreWhole) {
  EXPECT_EQ(PaperDatasets().size(), 6u);
  for (const char* set : {"tno", "flir-test", "nir-country"}) {
    const auto rows = PublishedComparison(set);
    ASSERT_EQ(rows.size(), 9u);
    EXPECT_EQ(rows.back().method, kPaperMethod);
    for (const PublishedRow& row : rows) EXPECT_EQ(row.values.size(), PaperMetrics().size());
  }
  for (const char* set : {"nir-street", "nir-urban"}) {
    for (const char* strategy : {"add", "average", "l1"}) {
      EXPECT_EQ(PublishedStrategy(set, strategy).size(), PaperMetrics().size());
    }
  }
  EXPECT_TRUE(PublishedComparison("mine").empty());
}

}  // namespace
}  // namespace auif
