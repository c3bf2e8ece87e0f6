#include "auif/fuse.h"

#include <algorithm>
#include <vector>

#include "base/parallel.h"
#include "base/simd.h"
#include "engine/check_images.h"
#include "engine/fuser_impl.h"
#include "network/fuse_options.h"

namespace auif {

Workspace::Workspace(const Network& network, const FuseOptions& options, Size size)
    : size(size), lanes(RowLayout::Lanes()), columns(CutColumns(size.width, network.layers(), 1)) {
  const std::vector<int> cuts = CutRows(size.height, network.layers(), options.strategy,
                                        ThreadCount(options.threads), LayerRows::kKept);
  const int reach = Reach(network.layers(), options.strategy);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const int begin = cuts[i] + (cuts[i] > 0 ? reach : 0);
    const int end = cuts[i + 1] - (cuts[i + 1] < size.height ? reach : 0);
    bands.emplace_back(network, columns, options, size.height, RowRange{begin, end});
    if (i > 0) seams.emplace_back(network, columns, options, size.height, cuts[i]);
  }
}

void Workspace::Fuse(const std::array<SourceView, 2>& sources, const ResultView& out, int threads) {
  const int band_count = static_cast<int>(bands.size()), seam_count = band_count - 1;
  for (int tile = 0; tile < columns.count(); ++tile) {
    ParallelFor(band_count, threads, [&](int i) { bands[i].Fuse(tile, sources, out); });
    ParallelFor(Seam::kEncodeTasks * seam_count, threads, [&](int i) {
      const int s = i / Seam::kEncodeTasks;
      seams[s].Encode(i % Seam::kEncodeTasks, bands[s], bands[s + 1], tile, sources);
    });
    ParallelFor(Seam::kWriteTasks * seam_count, threads, [&](int i) {
      const int s = i / Seam::kWriteTasks;
      seams[s].Write(i % Seam::kWriteTasks, bands[s], bands[s + 1], tile, out);
    });
  }
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

void Fuser::CheckSources(const SourceView& ir, const SourceView& vis) {
  CheckPair(ir.size(), vis.size());
  CheckView(ir, "ir");
  CheckView(vis, "vis");
}

void Fuser::Fuse(const SourceView& ir, const SourceView& vis, const ResultView& out) const {
  CheckFusion(ir, vis, out);
  std::unique_ptr<Workspace> workspace = impl_->workspaces.Acquire(ir.size(), [&] {
    return std::make_unique<Workspace>(impl_->network, impl_->options, ir.size());
  });
  workspace->Fuse({ir, vis}, out, impl_->options.threads);
  impl_->workspaces.Release(std::move(workspace));
}

Decomposition Fuser::Decompose(const SourceView& source) const {
  CheckSize(source.size());
  CheckView(source, "source");
  CheckRange(source, {0, source.height()}, source.height(), "source");
  Decomposition result{Plane<float>(source.size()), Plane<float>(source.size()),
                       Plane<float>(source.size()), Plane<float>(source.size())};
  Plane<float>* const first[2] = {&result.base_initial, &result.detail_initial};
  Plane<float>* const last[2] = {&result.base, &result.detail};
  const int layers = impl_->network.layers(), threads = impl_->options.threads;
  const ColumnTiling columns = CutColumns(source.width(), layers, 1);
  const std::vector<int> cuts =
      CutRows(source.height(), layers, Strategy::kAdd, ThreadCount(threads), LayerRows::kKept);
  ParallelFor(static_cast<int>(cuts.size()) - 1, threads, [&](int b) {
    const RowRange band{cuts[b], cuts[b + 1]};
    const RowLayout layout(columns.width);
    SourceStream stream(impl_->network, layout, source.height(), band);
    std::vector<float> row(columns.width);
    for (int t = 0; t < columns.count(); ++t) {
      const Columns& tile = columns.tiles[t];
      const auto copy = [&](const LayerRows& from, int begin, Plane<float>& to) {
        for (int y = std::max(begin, band.begin); y < std::min(from.end(), band.end); ++y) {
          UnstripeRow(layout, from.Row(y), SampleType::kFloat, row.data());
          std::copy(&row[tile.begin - tile.first], &row[tile.end - tile.first - 1] + 1,
                    to.Row(y) + tile.begin);
        }
      };
      stream.Restart(t == 0, t + 1 == columns.count());
      for (int y = stream.source().begin; y < stream.source().end; y += kChunkRows) {
        const int first_begin = stream.First(0).end(), last_begin = stream.Last(0).end();
        stream.Push(source.Rows(y, std::min(kChunkRows, stream.source().end - y)), tile.first);
        for (int e = 0; e < 2; ++e) copy(stream.First(e), first_begin, *first[e]);
        stream.Encode();
        for (int e = 0; e < 2; ++e) copy(stream.Last(e), last_begin, *last[e]);
      }
    }
  });
  return result;
}

}  // namespace auif
