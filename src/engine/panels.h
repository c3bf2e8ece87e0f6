// Cutting a wide image into upright panels.
//
// A band's working rows should stay in a core's L2 cache, so wide images are computed in panels,
// all of one width. A panel's outer columns reflect what lies inside the image and are wrong;
// these are overlap, which the panel beside it owns. Every pixel is the same sum wherever it is
// cut.
#pragma once

#include <vector>

#include "kernels/initial_filters.h"

namespace auif {

struct Panel {
  int first;       // its first column
  int begin, end;  // the columns of the image that it owns
};

struct Panels {
  int count() const { return static_cast<int>(list.size()); }

  int width;  // of each
  std::vector<Panel> list;
};

// least: panels wanted, or a multiple of it, if the image is wide enough for them.
Panels CutPanels(int width, int layers, int least);

}  // namespace auif
