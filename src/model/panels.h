// Cutting a wide picture into upright panels.
//
// A band's working rows should stay in a core's L2 cache, so wide pictures are computed in panels,
// all of one width. A panel's outer columns reflect what lies inside the picture and are wrong;
// these are overlap, which the panel beside it owns. Every pixel is the same sum wherever it is
// cut.
#pragma once

#include <vector>

#include "kernels/initial_filters.h"
#include "model/row_stream.h"

namespace auif {

inline constexpr int kWidestPanel = 2048;

struct Panel {
  int first;       // its first column
  int begin, end;  // the columns of the picture that it owns
};

struct Panels {
  int width;  // of each
  std::vector<Panel> list;
};

// least: panels wanted, if the picture is wide enough for them.
Panels CutPanels(int width, int layers, int least);

// A picture's width in panels, with the network ready for each.
class PanelPlans {
 public:
  PanelPlans(const Network& network, int width, int least);

  int count() const { return static_cast<int>(plans_.size()); }
  const RowLayout& layout() const { return layout_; }
  const NetworkPlan& plan(int panel) const { return plans_[panel]; }
  // A panel's part of a picture's row.
  const float* Part(int panel, const float* row) const { return row + panels_.list[panel].first; }
  // Copies the columns that a panel owns from its striped row to the picture's row. scratch:
  // layout().width() values.
  void CopyOwned(int panel, const float* striped, float* scratch, float* row) const;

 private:
  Panels panels_;
  RowLayout layout_;
  std::vector<NetworkPlan> plans_;
};

}  // namespace auif
