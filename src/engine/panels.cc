#include "engine/panels.h"

#include <algorithm>

namespace auif {

Panels CutPanels(int width, int layers, int least) {
  // Two columns per layer, the filters' reach, one for the fusion layer and one for the decoder.
  // Even, and one more for it: the layers compute pairs of columns, the first of them even.
  const int overlap = (2 * layers + kDetailRadius + 3 + 1) / 2 * 2;
  // Two panels share so many columns, and one begins `width - shared` columns behind the other.
  const int shared = 2 * overlap;
  const int widest = std::max(1400, 2 * shared);  // 1400: measured, see docs/performance.md
  int count = least;
  if (width > widest) {
    const int steps = widest - shared;
    count = std::max(count, (width - shared + steps - 1) / steps);
  }
  // So that as many threads have as many panels each; no panel owns less than it shares.
  count = (count + least - 1) / least * least;
  count = std::clamp((width - shared) / shared, 1, count);
  if (count == 1) return {width, {{0, 0, width}}};

  const int step = (width - shared + 2 * count - 1) / (2 * count) * 2;
  Panels panels{step + shared + width % 2, {}};  // so that the last one begins at an even column
  for (int i = 0; i < count; ++i) {
    const int first = std::min(i * step, width - panels.width);
    panels.list.push_back({first, i == 0 ? 0 : first + overlap, width});
    if (i > 0) panels.list[i - 1].end = panels.list[i].begin;
  }
  return panels;
}

}  // namespace auif
