// Fusing an image panel by panel: what Fuser and FuseStream have in common.
#pragma once

#include <vector>

#include "engine/band_fuser.h"
#include "engine/panels.h"
#include "engine/row_stream.h"

namespace auif {

// Copies a panel's striped rows to where they belong in the image's.
class PanelWriter {
 public:
  // panels: must outlive the writer.
  explicit PanelWriter(const Panels& panels)
      : panels_(&panels), layout_(panels.width), row_(panels.width) {}
  // The columns that the panel owns, to a row of the image.
  void Write(int panel, const float* striped, float* to);

 private:
  const Panels* panels_;
  RowLayout layout_;
  std::vector<float> row_;  // of a panel
};

// Fuses a range of rows, of one panel at a time.
class PanelFuser {
 public:
  // panels: must outlive the fuser. The rest as BandFuser's.
  PanelFuser(const Network& network, const Panels& panels, const FuseOptions& options, int height,
             RowRange output, const PanelFuser* lender = nullptr)
      : panels_(&panels),
        fuser_(network, RowLayout(panels.width), options, height, output,
               lender ? &lender->fuser_ : nullptr),
        writer_(panels) {}

  // The first source row of this panel comes next.
  void Start(int panel) {
    panel_ = panel;
    fuser_.Restart(panel == 0, panel + 1 == panels_->count());
  }
  const BandFuser& band() const { return fuser_; }
  // The source rows that must be pushed.
  RowRange source() const { return fuser_.source(); }
  // Takes the next source rows, `rows` of ir and vis, which have the image's width. The panel's
  // columns of result row y go to row y - first of `out`.
  void Push(PlaneView<const float> ir, PlaneView<const float> vis, RowRange rows,
            PlaneView<float> out, int first);

 private:
  const Panels* panels_;
  int panel_ = 0;
  BandFuser fuser_;
  PanelWriter writer_;
};

}  // namespace auif
