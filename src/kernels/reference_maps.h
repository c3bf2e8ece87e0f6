// Maps of the plain reference for the kernels' tests.
#pragma once

#include <random>

#include "kernels/padded_plane.h"
#include "kernels/reference.h"

namespace auif {

inline PaddedPlane ToPadded(const reference::Map& map) {
  PaddedPlane padded(map.width(), map.height());
  for (int y = 0; y < map.height(); ++y) {
    for (int x = 0; x < map.width(); ++x) padded.Row(y)[x] = static_cast<float>(map.Row(y)[x]);
  }
  return padded;
}

inline reference::Map RandomMap(int width, int height, std::mt19937& bits) {
  reference::Map map(width, height);
  for (int y = 0; y < height; ++y) {
    // Values that float holds.
    for (int x = 0; x < width; ++x) map.Row(y)[x] = (bits() % 65536) / 32768.0 - 1;
  }
  return map;
}

}  // namespace auif
