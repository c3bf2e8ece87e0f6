#include "model/panels.h"

#include <algorithm>
#include <cstdint>

namespace auif {

Panels CutPanels(int width, int layers, int least) {
  constexpr int kWidest = 1400;  // measured: bench/, docs/performance.md
  // Two columns a layer, the filters' reach, one for the fusion layer and one for the decoder.
  const int overlap = 2 * layers + kDetailRadius + 2;
  const int narrowest = 4 * overlap;
  int count = std::max(1, std::min(least, width / narrowest));
  if (width > kWidest) {
    count =
        std::max(count, (width + kWidest - 2 * overlap - 1) / std::max(1, kWidest - 2 * overlap));
  }
  // So that as many threads have as many panels each.
  if (least > 1)
    count = std::max(1, std::min((count + least - 1) / least * least, width / narrowest));
  const auto cut = [&](int i) { return static_cast<int>(std::int64_t{width} * i / count); };
  Panels panels{0, {}};
  for (int i = 0; i < count; ++i) panels.width = std::max(panels.width, cut(i + 1) - cut(i));
  if (count > 1) panels.width = std::min(width, panels.width + 2 * overlap);
  for (int i = 0; i < count; ++i) {
    const int first = std::clamp(cut(i) - overlap, 0, width - panels.width);
    panels.list.push_back({first, cut(i), cut(i + 1)});
  }
  return panels;
}

}  // namespace auif
