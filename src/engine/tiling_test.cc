#include "engine/tiling.h"

#include <gtest/gtest.h>

#include "kernels/initial_filters.h"

namespace auif {
namespace {

TEST(TilingTest, EveryColumnBelongsToOneTileThatHoldsItsSurroundings) {
  for (const int layers : {1, 10}) {
    const int reach = 2 * layers + kDetailRadius + 3;
    for (const int width : {10, 100, 640, 1399, 1400, 1401, 1403, 5000, 30000}) {
      for (const int least : {1, 2, 5}) {
        SCOPED_TRACE(std::to_string(width) + " " + std::to_string(least));
        const ColumnTiling tiling = CutColumns(width, layers, least);
        int column = 0;
        for (const Columns& tile : tiling.tiles) {
          EXPECT_EQ(tile.begin, column);
          EXPECT_GT(tile.end, tile.begin);
          EXPECT_LE(tile.first, std::max(0, tile.begin - reach));
          EXPECT_GE(tile.first, 0);
          EXPECT_EQ(tile.first % 2, 0);
          EXPECT_GE(tile.first + tiling.width, std::min(width, tile.end + reach));
          EXPECT_LE(tile.first + tiling.width, width);
          column = tile.end;
        }
        EXPECT_EQ(column, width);
      }
    }
  }
}

}  // namespace
}  // namespace auif
