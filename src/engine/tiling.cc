#include "engine/tiling.h"

#include <cstdint>

#include "kernels/initial_filters.h"

namespace auif {

// A band computes N rows less beside each seam, on the average of its layers, so those in the
// middle are higher.
std::vector<int> CutRows(int height, int layers, Strategy strategy, int threads, int kept) {
  constexpr int kMinBandRows = 32;
  const int least = std::max(kMinBandRows, 2 * Reach(layers, strategy) + kept);
  const int count = std::clamp(height / least, 1, threads);
  const int rows = height - 2 * (count - 1) * layers;
  std::vector<int> cuts{0};
  for (int i = 1; i < count; ++i) {
    cuts.push_back(static_cast<int>(std::int64_t{rows} * i / count) + (2 * i - 1) * layers);
  }
  cuts.push_back(height);
  return cuts;
}

ColumnTiling CutColumns(int width, int layers, int least) {
  // Two columns a layer, the filters' reach, one for the fusion layer and one for the decoder.
  // Even, and one more for it: the layers compute pairs of columns, the first of them even.
  const int halo = (2 * layers + kDetailRadius + 3 + 1) / 2 * 2;
  // Two tiles share so many columns, and one begins `width - shared` columns behind the other.
  const int shared = 2 * halo;
  const int widest = std::max(1400, 2 * shared);  // 1400: measured, see docs/performance.md
  int count = least;
  if (width > widest) {
    const int steps = widest - shared;
    count = std::max(count, (width - shared + steps - 1) / steps);
  }
  // So that as many threads have as many tiles each; no tile owns less than it shares.
  count = (count + least - 1) / least * least;
  count = std::clamp((width - shared) / shared, 1, count);
  if (count == 1) return {width, {{0, 0, width}}};

  const int step = (width - shared + 2 * count - 1) / (2 * count) * 2;
  ColumnTiling tiling{step + shared + width % 2,
                      {}};  // so that the last one begins at an even column
  for (int i = 0; i < count; ++i) {
    const int first = std::min(i * step, width - tiling.width);
    tiling.tiles.push_back({first, i == 0 ? 0 : first + halo, width});
    if (i > 0) tiling.tiles[i - 1].end = tiling.tiles[i].begin;
  }
  return tiling;
}

}  // namespace auif
