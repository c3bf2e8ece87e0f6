// Showing a map whose values are not confined to [0, 1].
#pragma once

#include "auif/plane.h"

namespace auif {

// What is shown as black and as white.
struct Levels {
  float black = 0, white = 0;
};

// The map's smallest and largest value once the share `cut` of its pixels, in 0..0.5, is left out
// at either end.
Levels LevelsOf(const Plane<float>& map, double cut = 0);

// The map with `levels` at 0 and 1, clamped; all 0 where both levels are the same. White below
// black gives the negative.
Plane<float> Stretched(const Plane<float>& map, const Levels& levels);

}  // namespace auif
