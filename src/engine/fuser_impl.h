// What a Fuser holds.
#pragma once

#include <memory>
#include <vector>

#include "auif/fuse.h"
#include "engine/seam.h"
#include "engine/tile_fuser.h"
#include "engine/tiling.h"
#include "engine/workspace_pool.h"

namespace auif {

// Everything that fusing images of one size needs besides the images.
struct Workspace {
  Workspace(const Network& network, const FuseOptions& options, Size size);
  Workspace(const Workspace&) = delete;  // the bands point to the tiling
  Workspace& operator=(const Workspace&) = delete;
  void Fuse(const std::array<SourceView, 2>& sources, const ResultView& out, int threads);

  Size size;
  int lanes;  // of the SIMD target in use when this was made
  ColumnTiling columns;
  std::vector<TileFuser> bands;  // all rows but what the seams between them compute
  std::vector<Seam> seams;
};

struct Fuser::Impl {
  Impl(const Model& model, const FuseOptions& options) : options(options), network(model) {}

  FuseOptions options;
  Network network;
  WorkspacePool<Workspace> workspaces;
};

}  // namespace auif
