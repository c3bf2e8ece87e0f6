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

TEST(ResultStore, MakesAPartOnce) {
  const TemporaryFolder folder;
  int made = 0;
  for (int start = 0; start < 2; ++start) {
    const ResultStore store(folder.path());
    EXPECT_EQ(store.Get("part", {{"a", 1}}, [&] { return Json(++made); }), 1);
  }
  EXPECT_EQ(made, 1);
}

TEST(ResultStore, ABrokenPartIsMadeAgain) {
  const TemporaryFolder folder;
  const ResultStore store(folder.path());
  store.Keep("part", {{"a", 1}}, 7);
  WriteFileAtomically(store.Path("part", {{"a", 1}}, ".json"), "{\"inputs\": ");
  EXPECT_EQ(store.Get("part", {{"a", 1}}, [] { return Json(8); }), 8);
  EXPECT_EQ(store.Find("part", {{"a", 1}}), 8);
}

TEST(ResultStore, SaysWhereItCannotWrite) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder / "file", "");
  ExpectError(ErrorKind::kOutput, "cannot be made", [&] { ResultStore(folder / "file"); });
}

}  // namespace
}  // namespace auif
