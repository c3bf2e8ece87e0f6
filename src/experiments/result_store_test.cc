#include "experiments/result_store.h"

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "tests/expect_error.h"
#include "tests/temporary_folder.h"

namespace auif {
namespace {

using Json = nlohmann::json;

TEST(ResultStore, FindsWhatWasKeptByItsInputs) {
  const TemporaryFolder folder;
  const ResultStore store(folder / "parts");
  EXPECT_TRUE(store.Find("scores", {{"seed", 1}}).is_null());
  store.Keep("scores", {{"seed", 1}}, {1.5, 2.5});
  EXPECT_EQ(store.Find("scores", {{"seed", 1}}), Json({1.5, 2.5}));
  EXPECT_TRUE(store.Find("scores", {{"seed", 2}}).is_null());
  EXPECT_TRUE(store.Find("training", {{"seed", 1}}).is_null());
}

TEST(ResultStore, ABrokenFileIsNoPart) {
  const TemporaryFolder folder;
  const ResultStore store(folder.path());
  const std::filesystem::path path = store.Path("part", {{"a", 1}}, ".json");
  for (const char* text : {"", "{\"inputs\": ", "[1]", "7", "null", "{}", R"({"result": 7})",
                           R"({"inputs": {"a": 2}, "result": 7})", R"({"inputs": {"a": 1}})",
                           R"({"inputs": {"a": 1}, "result": 1e999})"}) {
    WriteFileAtomically(path, text);
    EXPECT_TRUE(store.Find("part", {{"a", 1}}).is_null()) << text;
  }
  store.Keep("part", {{"a", 1}}, 8);
  EXPECT_EQ(store.Find("part", {{"a", 1}}), 8);
}

TEST(ResultStore, SaysWhereItCannotWrite) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "file", "");
  ExpectError(ErrorKind::kOutput, "cannot be made", [&] { ResultStore(folder / "file"); });
}

}  // namespace
}  // namespace auif
