#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "auif/fuse.h"
#include "base/parallel.h"
#include "model/fuse_options.h"
#include "model/fuser_impl.h"

namespace auif {

namespace {

// Rows that are computed at a time: the threads wait for each other after every chunk. Where the
// rows of all panels together are more than a core's L2 cache holds, a panel that it has been
// filled for is taken further.
int ChunkRows(int width) {
  constexpr int kNarrow = 32, kWide = 128;
  static_assert(kNarrow % kChunkRows == 0 && kWide % kChunkRows == 0);
  return width <= kWidestPanel ? kNarrow : kWide;
}

}  // namespace

struct FuseStream::Impl {
  Impl(const FuseOptions& options, const Network& network, int width, int height, Sink sink)
      : threads(options.threads),
        height(height),
        chunk(ChunkRows(width)),
        reach(2 * network.layers() + kDetailRadius + 1 + (options.strategy == Strategy::kL1)),
        sink(std::move(sink)),
        panels(network, width, ThreadCount(threads)),
        ir(width, chunk),
        vis(width, chunk),
        out(width, reach + chunk) {
    for (int p = 0; p < panels.count(); ++p) {
      parts.push_back(
          {BandFuser(panels.layout(), network.layers(), options, height, RowRange{0, height}),
           std::vector<float>(panels.layout().width())});
    }
    Restart();
  }

  void Restart() {
    for (int p = 0; p < panels.count(); ++p) parts[p].fuser.Restart(panels.plan(p));
    pushed = computed = given = 0;
  }

  void Push(const float* ir_row, const float* vis_row) {
    const std::size_t bytes = sizeof(float) * ir.width();
    std::memcpy(ir.Row(pushed - computed), ir_row, bytes);
    std::memcpy(vis.Row(pushed - computed), vis_row, bytes);
    ++pushed;
    if (pushed - computed < chunk && pushed < height) return;
    ParallelFor(panels.count(), threads, [this](int p) { Compute(p); });
    computed = pushed;
    const int first = given;
    const int end = pushed == height ? height : std::max(given, pushed - reach);
    while (given < end) {
      sink(given, out.Row(given - first));
      ++given;
    }
    if (given == height) Restart();
  }

  // Takes a panel over the rows that were pushed since.
  void Compute(int p) {
    BandFuser& fuser = parts[p].fuser;
    const auto keep = [&](int y, const float* striped) {
      panels.CopyOwned(p, striped, parts[p].row.data(), out.Row(y - given));
    };
    for (int y = computed; y < pushed; ++y) {
      fuser.Push(panels.Part(p, ir.Row(y - computed)), panels.Part(p, vis.Row(y - computed)));
      if ((y + 1 - computed) % kChunkRows == 0 || y + 1 == pushed) fuser.Advance(keep);
    }
  }

  struct Part {
    BandFuser fuser;
    std::vector<float> row;  // of a panel
  };
  int threads, height, chunk;
  int reach;  // source rows below a row of the result that it needs
  Sink sink;
  PanelPlans panels;
  std::vector<Part> parts;      // one a panel
  Plane<float> ir, vis;         // source rows `computed` and on
  Plane<float> out;             // rows `given` and on of the result
  int pushed, computed, given;  // rows of this picture
};

FuseStream::FuseStream(const Fuser& fuser, int width, int height, Sink sink) {
  CheckSize({nullptr, width, height, width});
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
