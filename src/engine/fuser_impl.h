// What a Fuser holds.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "auif/fuse.h"
#include "engine/panel_fuser.h"
#include "engine/row_stream.h"
#include "engine/seam.h"

namespace auif {

// Everything that fusing images of one size needs besides the images.
struct Workspace {
  Workspace(const Network& network, const FuseOptions& options, int width, int height);
  Workspace(const Workspace&) = delete;  // the bands point to the panels
  Workspace& operator=(const Workspace&) = delete;
  void Fuse(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
            int threads);

  int width, height;
  Panels panels;
  RowLayout layout;               // of a panel, for the SIMD target in use when it was made
  std::vector<PanelFuser> bands;  // all but what the seams between them compute
  std::vector<Seam> seams;
  std::vector<PanelWriter> writers;  // of the seams' tasks
};

struct Fuser::Impl {
  Impl(const Model& model, const FuseOptions& options) : options(options), network(model) {}

  // A workspace for a size; the last ones used are kept, for a camera's frames are all of one size.
  std::unique_ptr<Workspace> Acquire(int width, int height);
  void Release(std::unique_ptr<Workspace> workspace);

  FuseOptions options;
  Network network;
  std::mutex mutex;
  std::vector<std::unique_ptr<Workspace>> idle;
};

}  // namespace auif
