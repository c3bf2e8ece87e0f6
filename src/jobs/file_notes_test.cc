#include "jobs/file_notes.h"

#include <gtest/gtest.h>

namespace auif {
namespace {

TEST(FileNotes, OneLineForWhatDiffersInNumbersAlone) {
  FileNotes notes;
  EXPECT_TRUE(notes.Lines().empty());
  notes.Add("x/b.png", {"its values from 3 to 4 become black to white"});
  notes.Add("x/a.png",
            {"its values from 1 to 20.5 become black to white", "it has an alpha channel"});
  notes.Add("x/c.png", {"its values from -3 to 4 become black to white"});
  EXPECT_EQ(notes.Lines(),
            (std::vector<std::string>{
                "a.png: it has an alpha channel",
                "a.png and 2 more: its values from 1 to 20.5 become black to white"}));
}

}  // namespace
}  // namespace auif
