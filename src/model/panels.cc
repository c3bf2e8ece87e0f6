#include "model/panels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace auif {

Panels CutPanels(int width, int layers, int least) {
  // Two columns a layer, the filters' reach, one for the fusion layer and one for the decoder.
  const int overlap = 2 * layers + kDetailRadius + 2;
  const int narrowest = 4 * overlap;
  int count = std::max(1, std::min(least, width / narrowest));
  if (width > kWidestPanel) {
    count = std::max(
        count, (width + kWidestPanel - 2 * overlap - 1) / std::max(1, kWidestPanel - 2 * overlap));
  }
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

PanelPlans::PanelPlans(const Network& network, int width, int least)
    : panels_(CutPanels(width, network.layers(), least)), layout_(panels_.width) {
  for (const Panel& panel : panels_.list) {
    plans_.emplace_back(network, layout_, panel.begin == 0, panel.end == width);
  }
}

void PanelPlans::CopyOwned(int panel, const float* striped, float* scratch, float* row) const {
  if (count() == 1) {
    UnstripeRow(layout_, striped, row);
    return;
  }
  const auto [first, begin, end] = panels_.list[panel];
  UnstripeRow(layout_, striped, scratch);
  std::memcpy(row + begin, scratch + begin - first, sizeof(float) * (end - begin));
}

}  // namespace auif
