// What a Fuser holds.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "auif/fuse.h"
#include "model/panel_fuser.h"
#include "model/row_stream.h"

namespace auif {

// Everything that fusing pictures of one size needs besides the pictures.
struct Workspace {
  Workspace(const Network& network, const FuseOptions& options, int width, int height);
  Workspace(const Workspace&) = delete;  // the bands point to the panels
  Workspace& operator=(const Workspace&) = delete;
  void Run(int band, PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out);

  int lanes;  // of the SIMD target that it was made for
  int width, height;
  Panels panels;
  std::vector<PanelFuser> bands;
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
