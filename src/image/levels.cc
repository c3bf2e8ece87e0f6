#include "image/levels.h"

#include <algorithm>
#include <vector>

namespace auif {

Levels LevelsOf(const Plane<float>& map, double cut) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(map.width()) * static_cast<std::size_t>(map.height()));
  for (int y = 0; y < map.height(); ++y) {
    values.insert(values.end(), map.Row(y), map.Row(y) + map.width());
  }
  const auto left_out = static_cast<std::ptrdiff_t>(cut * static_cast<double>(values.size()));
  const auto low = values.begin() + left_out, high = values.end() - 1 - left_out;
  std::nth_element(values.begin(), low, values.end());
  const float black = *low;
  std::nth_element(values.begin(), high, values.end());
  return {black, *high};
}

Plane<float> Stretched(const Plane<float>& map, const Levels& levels) {
  const float scale = levels.white != levels.black ? 1 / (levels.white - levels.black) : 0;
  Plane<float> stretched(map.width(), map.height());
  for (int y = 0; y < map.height(); ++y) {
    std::transform(map.Row(y), map.Row(y) + map.width(), stretched.Row(y),
                   [&](float v) { return std::clamp((v - levels.black) * scale, 0.0f, 1.0f); });
  }
  return stretched;
}

}  // namespace auif
