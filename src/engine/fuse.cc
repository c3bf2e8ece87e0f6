#include "auif/fuse.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/parallel.h"
#include "base/simd.h"
#include "engine/fuser_impl.h"
#include "kernels/striped_row.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

// Where the bands begin that divide `height` rows among the threads, and the height itself. A band
// computes N rows less beside each seam, on the average of its layers, so those in the middle are
// higher.
std::vector<int> Cuts(int height, int layers, Strategy strategy, int threads) {
  constexpr int kMinBandRows = 32;
  const int least = std::max(kMinBandRows, 2 * Reach(layers, strategy) + LevelRows::kKept);
  const int count = std::clamp(height / least, 1, ThreadCount(threads));
  const int rows = height - 2 * (count - 1) * layers;
  std::vector<int> cuts{0};
  for (int i = 1; i < count; ++i) {
    cuts.push_back(static_cast<int>(std::int64_t{rows} * i / count) + (2 * i - 1) * layers);
  }
  cuts.push_back(height);
  return cuts;
}

}  // namespace

Workspace::Workspace(const Network& network, const FuseOptions& options, int width, int height)
    : width(width),
      height(height),
      panels(CutPanels(width, network.layers(), 1)),
      layout(panels.width) {
  const std::vector<int> cuts = Cuts(height, network.layers(), options.strategy, options.threads);
  const int reach = Reach(network.layers(), options.strategy);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const int begin = cuts[i] + (cuts[i] > 0 ? reach : 0);
    const int end = cuts[i + 1] - (cuts[i + 1] < height ? reach : 0);
    bands.emplace_back(network, panels, options, height, RowRange{begin, end});
    if (i == 0) continue;
    seams.emplace_back(network, layout, options, height, cuts[i]);
    for (int k = 0; k < Seam::kDecodeTasks; ++k) writers.emplace_back(panels);
  }
}

void Workspace::Fuse(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out,
                     int threads) {
  const int band_count = static_cast<int>(bands.size()), seam_count = band_count - 1;
  for (int p = 0; p < panels.count(); ++p) {
    ParallelFor(band_count, threads, [&](int i) {
      bands[i].Start(p);
      bands[i].Push(ir, vis, bands[i].source(), out, 0);
    });
    ParallelFor(Seam::kEncodeTasks * seam_count, threads, [&](int i) {
      const int s = i / Seam::kEncodeTasks;
      seams[s].Encode(i % Seam::kEncodeTasks, bands[s].band(), bands[s + 1].band(), p == 0,
                      p + 1 == panels.count(), {ir, vis}, panels.list[p].first);
    });
    ParallelFor(Seam::kDecodeTasks * seam_count, threads, [&](int i) {
      const int s = i / Seam::kDecodeTasks;
      const auto sink = [&](int y, const float* row) { writers[i].Write(p, row, out.Row(y)); };
      seams[s].Decode(i % Seam::kDecodeTasks, bands[s].band(), bands[s + 1].band(), sink);
    });
  }
}

std::unique_ptr<Workspace> Fuser::Impl::Acquire(int width, int height) {
  {
    const std::scoped_lock lock(mutex);
    for (auto& kept : idle) {
      if (kept->width != width || kept->height != height) continue;
      if (kept->layout.lanes() != RowLayout::Lanes()) continue;
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
  CheckPair(ir.size(), vis.size());
  Plane<float> out(ir.width, ir.height);
  Fuse(ir, vis, out.View());
  return out;
}

void Fuser::Fuse(PlaneView<const float> ir, PlaneView<const float> vis,
                 PlaneView<float> out) const {
  CheckPair(ir.size(), vis.size());
  if (out.width != ir.width || out.height != ir.height) {
    throw Error(ErrorKind::kUsage, "the result's plane has not the sources' size");
  }
  std::unique_ptr<Workspace> workspace = impl_->Acquire(ir.width, ir.height);
  workspace->Fuse(ir, vis, out, impl_->options.threads);
  impl_->Release(std::move(workspace));
}

Decomposition Fuser::Decompose(PlaneView<const float> source) const {
  CheckSize(source.size());
  const int width = source.width, height = source.height;
  Decomposition result{Plane<float>(width, height), Plane<float>(width, height),
                       Plane<float>(width, height), Plane<float>(width, height)};
  const RowLayout layout(width);
  Plane<float>* const first[2] = {&result.base_initial, &result.detail_initial};
  Plane<float>* const last[2] = {&result.base, &result.detail};
  const std::vector<int> cuts =
      Cuts(height, impl_->network.layers(), Strategy::kAdd, impl_->options.threads);
  ParallelFor(static_cast<int>(cuts.size()) - 1, impl_->options.threads, [&](int b) {
    const RowRange band{cuts[b], cuts[b + 1]};
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
