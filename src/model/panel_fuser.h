// Fusing a picture panel by panel: what Fuser and FuseStream have in common.
#pragma once

#include <vector>

#include "model/band_fuser.h"
#include "model/panels.h"
#include "model/row_stream.h"

namespace auif {

// A picture's width in panels, with the network ready for each. See CutPanels.
struct PanelPlans {
  PanelPlans(const Network& network, int width, int least);
  int count() const { return static_cast<int>(plans.size()); }

  Panels panels;
  RowLayout layout;
  std::vector<NetworkPlan> plans;
};

// Fuses a range of rows, of one panel at a time.
class PanelFuser {
 public:
  // plans: must outlive the fuser. The rest as BandFuser's.
  PanelFuser(const PanelPlans& plans, int layers, const FuseOptions& options, int height,
             RowRange output, const PanelFuser* lender = nullptr)
      : plans_(&plans),
        fuser_(plans.layout, layers, options, height, output, lender ? &lender->fuser_ : nullptr),
        row_(plans.layout.width()) {}

  // The first source row of this panel comes next.
  void Start(int panel) {
    panel_ = panel;
    fuser_.Restart(plans_->plans[panel]);
  }
  // The source rows that must be pushed.
  RowRange source() const { return fuser_.source(); }
  // Takes the next source rows, `rows` of ir and vis, which have the picture's width. The panel's
  // columns of result row y go to row y - first of `out`.
  void Push(PlaneView<const float> ir, PlaneView<const float> vis, RowRange rows,
            PlaneView<float> out, int first);

 private:
  const PanelPlans* plans_;
  int panel_ = 0;
  BandFuser fuser_;
  std::vector<float> row_;  // of a panel
};

}  // namespace auif
