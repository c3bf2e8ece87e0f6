#include "engine/panels.h"

#include <gtest/gtest.h>

namespace auif {
namespace {

TEST(PanelsTest, EveryColumnBelongsToOnePanelThatHoldsItsSurroundings) {
  for (const int layers : {1, 10}) {
    const int reach = 2 * layers + kDetailRadius + 3;
    for (const int width : {10, 100, 640, 1399, 1400, 1401, 1403, 5000, 30000}) {
      for (const int least : {1, 2, 5}) {
        SCOPED_TRACE(std::to_string(width) + " " + std::to_string(least));
        const Panels panels = CutPanels(width, layers, least);
        int column = 0;
        for (const Panel& panel : panels.list) {
          EXPECT_EQ(panel.begin, column);
          EXPECT_GT(panel.end, panel.begin);
          EXPECT_LE(panel.first, std::max(0, panel.begin - reach));
          EXPECT_GE(panel.first, 0);
          EXPECT_EQ(panel.first % 2, 0);
          EXPECT_GE(panel.first + panels.width, std::min(width, panel.end + reach));
          EXPECT_LE(panel.first + panels.width, width);
          column = panel.end;
        }
        EXPECT_EQ(column, width);
      }
    }
  }
}

}  // namespace
}  // namespace auif
