#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "auif/fuse.h"
#include "base/parallel.h"
#include "engine/fuser_impl.h"
#include "network/fuse_options.h"

namespace auif {

namespace {

// The threads wait for each other after every chunk. Very wide images' rows of all layers fill
// the caches, so that a panel's must be fetched for every chunk anew: large chunks pay.
int ChunkRows(int width) {
  constexpr int kWide = 4096, kRows = 32, kWideRows = 128;
  static_assert(kRows % kChunkRows == 0 && kWideRows % kChunkRows == 0);
  return width <= kWide ? kRows : kWideRows;
}

}  // namespace

struct FuseStream::Impl {
  Impl(const FuseOptions& options, const Network& network, int width, int height, Sink sink)
      : threads(options.threads),
        height(height),
        chunk(ChunkRows(width)),
        reach(Reach(network.layers(), options.strategy) + kDetailRadius),
        sink(std::move(sink)),
        network(network),
        panels(CutPanels(width, network.layers(), ThreadCount(threads))),
        tasks(std::min(panels.count(), ThreadCount(threads))),
        ir(width, chunk),
        vis(width, chunk),
        out(width, reach + chunk) {
    for (int p = 0; p < panels.count(); ++p) {
      fusers.emplace_back(this->network, panels, options, height, RowRange{0, height},
                          p < tasks ? nullptr : &fusers[p - tasks]);
    }
    Restart();
  }

  void Restart() {
    for (int p = 0; p < panels.count(); ++p) fusers[p].Start(p);
    pushed = computed = given = 0;
  }

  void Push(const float* ir_row, const float* vis_row) {
    const std::size_t bytes = sizeof(float) * ir.width();
    std::memcpy(ir.Row(pushed - computed), ir_row, bytes);
    std::memcpy(vis.Row(pushed - computed), vis_row, bytes);
    ++pushed;
    if (pushed - computed < chunk && pushed < height) return;
    ParallelFor(tasks, threads, [this](int task) {
      for (int p = task; p < panels.count(); p += tasks) {
        fusers[p].Push(ir, vis, {0, pushed - computed}, out.View(), given);
      }
    });
    computed = pushed;
    const int first = given;
    const int end = pushed == height ? height : std::max(given, pushed - reach);
    while (given < end) {
      sink(given, out.Row(given - first));
      ++given;
    }
    if (given == height) Restart();
  }

  int threads, height, chunk;
  int reach;  // source rows below a row of the result that it needs
  Sink sink;
  Network network;
  Panels panels;
  int tasks;                       // at a time; each has every tasks-th panel
  std::vector<PanelFuser> fusers;  // of the panels; those of a task share their working memory
  Plane<float> ir, vis;            // source rows `computed` and on
  Plane<float> out;                // rows `given` and on of the result
  int pushed, computed, given;     // rows of this image
};

FuseStream::FuseStream(const Fuser& fuser, int width, int height, Sink sink) {
  CheckSize({width, height});
  if (!sink) throw Error(ErrorKind::kUsage, "a stream of rows needs a sink for the result");
  impl_ = std::make_unique<Impl>(fuser.impl_->options, fuser.impl_->network, width, height,
                                 std::move(sink));
}

FuseStream::~FuseStream() = default;
FuseStream::FuseStream(FuseStream&&) noexcept = default;
FuseStream& FuseStream::operator=(FuseStream&&) noexcept = default;

int FuseStream::Delay() const { return impl_->reach + Chunk() - 1; }
int FuseStream::Chunk() const { return impl_->chunk; }

void FuseStream::Push(const float* ir, const float* vis) {
  try {
    impl_->Push(ir, vis);
  } catch (...) {
    impl_->Restart();
    throw;
  }
}

void FuseStream::Restart() { impl_->Restart(); }

}  // namespace auif
