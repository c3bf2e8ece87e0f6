#include "auif/fuse.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/simd.h"
#include "kernels/striped_row.h"
#include "model/band_fuser.h"
#include "model/fuse_options.h"
#include "model/panels.h"
#include "model/row_stream.h"

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

// Striping jumps to and fro in a row, which the machine does not foresee.
void Prefetch(const float* row, int width) {
  constexpr int kLine = 16;
  for (int x = 0; x < width; x += kLine) __builtin_prefetch(row + x);
}

// Everything that fusing pictures of one size needs besides the pictures.
struct Workspace {
  Workspace(const Network& network, const FuseOptions& options, int width, int height,
            const std::string& target)
      : target(target),
        width(width),
        height(height),
        panels(CutPanels(width, network.layers(), 1)),
        layout(panels.width) {
    for (const Panel& panel : panels.list) {
      plans.emplace_back(network, layout, panel.begin == 0, panel.end == width);
    }
    for (const RowRange& rows : Bands(height, options.threads)) {
      bands.push_back({BandFuser(layout, network.layers(), options, height, rows),
                       std::vector<float>(panels.width)});
    }
  }

  void Run(int band, PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out) {
    BandFuser& fuser = bands[band].fuser;
    float* const row = bands[band].row.data();
    for (std::size_t p = 0; p < panels.list.size(); ++p) {
      const Panel& panel = panels.list[p];
      const auto sink = [&](int y, const float* striped) {
        if (panels.list.size() == 1) {
          UnstripeRow(layout, striped, out.Row(y));
          return;
        }
        UnstripeRow(layout, striped, row);
        std::memcpy(out.Row(y) + panel.begin, row + panel.begin - panel.first,
                    sizeof(float) * (panel.end - panel.begin));
      };
      fuser.Restart(plans[p]);
      const RowRange source = fuser.source();
      for (int y = source.begin; y < source.end; ++y) {
        const int ahead = std::min(y + 2, source.end - 1);
        Prefetch(ir.Row(ahead) + panel.first, panels.width);
        Prefetch(vis.Row(ahead) + panel.first, panels.width);
        fuser.Push(ir.Row(y) + panel.first, vis.Row(y) + panel.first);
        if ((y + 1 - source.begin) % kChunkRows == 0 || y + 1 == source.end) fuser.Advance(sink);
      }
    }
  }

  struct Band {
    BandFuser fuser;
    std::vector<float> row;  // of a panel
  };
  std::string target;
  int width, height;
  Panels panels;
  RowLayout layout;
  std::vector<NetworkPlan> plans;  // one a panel
  std::vector<Band> bands;
};

}  // namespace

struct Fuser::Impl {
  Impl(const Model& model, const FuseOptions& options)
      : model(model), options(options), network(model) {}

  // A workspace for a size; the last ones used are kept, for a camera's frames are all of one size.
  std::unique_ptr<Workspace> Acquire(int width, int height) {
    const std::string target = SimdTarget();
    {
      const std::scoped_lock lock(mutex);
      for (auto& kept : idle) {
        if (kept->width != width || kept->height != height || kept->target != target) continue;
        std::unique_ptr<Workspace> found = std::move(kept);
        std::swap(kept, idle.back());
        idle.pop_back();
        return found;
      }
    }
    return std::make_unique<Workspace>(network, options, width, height, target);
  }

  void Release(std::unique_ptr<Workspace> workspace) {
    constexpr std::size_t kMostIdle = 4;
    const std::scoped_lock lock(mutex);
    if (idle.size() == kMostIdle) idle.erase(idle.begin());
    idle.push_back(std::move(workspace));
  }

  Model model;
  FuseOptions options;
  Network network;
  std::mutex mutex;
  std::vector<std::unique_ptr<Workspace>> idle;
};

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
  const NetworkPlan plan(impl_->network, layout, true, true);
  Plane<float>* const first[2] = {&result.base_initial, &result.detail_initial};
  Plane<float>* const last[2] = {&result.base, &result.detail};
  const std::vector<RowRange> bands = Bands(height, impl_->options.threads);
  ParallelFor(static_cast<int>(bands.size()), impl_->options.threads, [&](int b) {
    const RowRange band = bands[b];
    SourceStream stream(layout, impl_->network.layers(), height, band);
    stream.Restart(plan);
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
