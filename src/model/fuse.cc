#include "auif/fuse.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/parallel.h"
#include "base/simd.h"
#include "kernels/striped_row.h"
#include "model/fuse_options.h"
#include "model/fuser_impl.h"

namespace auif {
namespace {

// The bands that divide `height` rows among the threads.
std::vector<RowRange> Bands(int height, int threads) {
  // Below this height a band computes more rows for its seams than for itself.
  constexpr int kMinBandRows = 32;
  const int count = std::clamp(height / kMinBandRows, 1, ThreadCount(threads));
  std::vector<RowRange> bands;
  for (int i = 0; i < count; ++i) {
    const auto cut = [&](int k) { return static_cast<int>(std::int64_t{height} * k / count); };
    bands.push_back({cut(i), cut(i + 1)});
  }
  return bands;
}

}  // namespace

Workspace::Workspace(const Network& network, const FuseOptions& options, int width, int height)
    : lanes(RowLayout::Lanes()),
      width(width),
      height(height),
      panels(CutPanels(width, network.layers(), 1)) {
  for (const RowRange& rows : Bands(height, options.threads)) {
    bands.emplace_back(network, panels, options, height, rows);
  }
}

void Workspace::Run(int band, PlaneView<const float> ir, PlaneView<const float> vis,
                    PlaneView<float> out) {
  PanelFuser& fuser = bands[band];
  for (int p = 0; p < panels.count(); ++p) {
    fuser.Start(p);
    fuser.Push(ir, vis, fuser.source(), out, 0);
  }
}

std::unique_ptr<Workspace> Fuser::Impl::Acquire(int width, int height) {
  {
    const std::scoped_lock lock(mutex);
    for (auto& kept : idle) {
      if (kept->width != width || kept->height != height) continue;
      if (kept->lanes != RowLayout::Lanes()) continue;
      std::unique_ptr<Workspace> found = std::move(kept);
      std::swap(kept, idle.back());
      idle.pop_back();
      return found;
    }
  }
  return std::make_unique<Workspace>(network, options, width, height);
}

void Fuser::Impl::Release(std::unique_ptr<Workspace> workspace) {
  constexpr std::size_t kMostIdle = 4;
  const std::scoped_lock lock(mutex);
  if (idle.size() == kMostIdle) idle.erase(idle.begin());
  idle.push_back(std::move(workspace));
}

Fuser::Fuser(const Model& model, const FuseOptions& options) {
  model.Validate();
  options.Validate();
  ApplySimdEnvironment();
  impl_ = std::make_unique<Impl>(model, options);
}

Fuser::~Fuser() = default;
Fuser::Fuser(Fuser&&) noexcept = default;
Fuser& Fuser::operator=(Fuser&&) noexcept = default;

Plane<float> Fuser::Fuse(PlaneView<const float> ir, PlaneView<const float> vis) const {
  CheckPair(ir, vis);
  Plane<float> out(ir.width, ir.height);
  Fuse(ir, vis, out.View());
  return out;
}

void Fuser::Fuse(PlaneView<const float> ir, PlaneView<const float> vis,
                 PlaneView<float> out) const {
  CheckPair(ir, vis);
  if (out.width != ir.width || out.height != ir.height) {
    throw Error(ErrorKind::kUsage, "the result's plane has not the sources' size");
  }
  std::unique_ptr<Workspace> workspace = impl_->Acquire(ir.width, ir.height);
  ParallelFor(static_cast<int>(workspace->bands.size()), impl_->options.threads,
              [&](int i) { workspace->Run(i, ir, vis, out); });
  impl_->Release(std::move(workspace));
}

Decomposition Fuser::Decompose(PlaneView<const float> source) const {
  CheckSize(source);
  const int width = source.width, height = source.height;
  Decomposition result{Plane<float>(width, height), Plane<float>(width, height),
                       Plane<float>(width, height), Plane<float>(width, height)};
  const RowLayout layout(width);
  Plane<float>* const first[2] = {&result.base_initial, &result.detail_initial};
  Plane<float>* const last[2] = {&result.base, &result.detail};
  const std::vector<RowRange> bands = Bands(height, impl_->options.threads);
  ParallelFor(static_cast<int>(bands.size()), impl_->options.threads, [&](int b) {
    const RowRange band = bands[b];
    SourceStream stream(impl_->network, layout, height, band);
    const auto copy = [&](const LevelRows& from, int begin, Plane<float>& to) {
      for (int y = std::max(begin, band.begin); y < std::min(from.end(), band.end); ++y) {
        UnstripeRow(layout, from.Row(y), to.Row(y));
      }
    };
    for (int y = stream.source().begin; y < stream.source().end; y += kChunkRows) {
      const int end = std::min(y + kChunkRows, stream.source().end);
      for (int row = y; row < end; ++row) stream.Push(source.Row(row));
      const int first_begin = stream.First(0).end(), last_begin = stream.Last(0).end();
      stream.Initialise();
      for (int e = 0; e < 2; ++e) copy(stream.First(e), first_begin, *first[e]);
      stream.Encode();
      for (int e = 0; e < 2; ++e) copy(stream.Last(e), last_begin, *last[e]);
    }
  });
  return result;
}

}  // namespace auif
