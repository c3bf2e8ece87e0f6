#include "auif/fuse.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/reflect.h"
#include "base/simd.h"
#include "kernels/fuse_maps.h"
#include "model/fuse_options.h"
#include "model/row_stream.h"

namespace auif {
namespace {

// Fuses the rows [begin, end) of the result: both sources' streams, the fusion layer and the
// decoder behind them.
class BandFuser {
 public:
  BandFuser(const NetworkPlan& plan, const FuseOptions& options, int height, RowRange output)
      : plan_(plan),
        options_(options),
        height_(height),
        sum_range_(output.Grown(1, height)),
        sums_(sum_range_, plan.width, 2 * kChunkRows + kDetailRadius + 2 * plan.layers),
        sum_scratch_(2 * kChunkRows + kDetailRadius + 2 * plan.layers, plan.width),
        decoded_(1, plan.width),
        output_(output),
        next_(output.begin),
        streams_{SourceStream(plan, height, sum_range_.Grown(Neighbours(), height)),
                 SourceStream(plan, height, sum_range_.Grown(Neighbours(), height))} {}

  void Run(PlaneView<const float> ir, PlaneView<const float> vis, PlaneView<float> out) {
    Restart();
    const RowRange source = streams_[0].source();
    for (int y = source.begin; y < source.end; y += kChunkRows) {
      const int end = std::min(y + kChunkRows, source.end);
      for (int s = 0; s < 2; ++s) {
        const PlaneView<const float>& view = s == 0 ? ir : vis;
        for (int row = y; row < end; ++row) streams_[s].Push(view.Row(row));
        streams_[s].Initialise();
        streams_[s].Encode();
      }
      FuseMaps();
      Decode(out);
    }
  }

 private:
  void Restart() {
    for (SourceStream& stream : streams_) stream.Restart();
    sums_.Restart();
    next_ = output_.begin;
  }

  // Rows above and below that the fusion layer reads.
  int Neighbours() const { return options_.strategy == Strategy::kL1 ? 1 : 0; }

  void FuseMaps() {
    const LevelRows& maps = streams_[0].Last(0);
    const int begin = sums_.end();
    const int end = maps.complete() ? sum_range_.end : maps.end() - Neighbours();
    if (end <= begin) return;
    sums_.Extend(end, sum_scratch_);
    for (int y = begin; y < end; ++y) {
      std::array<MapRows, 4> rows;
      for (int m = 0; m < 4; ++m) {
        const LevelRows& map = streams_[m % 2].Last(m / 2);
        for (int i = -1; i <= 1; ++i) {
          rows[m][i + 1] = map.Row(Neighbours() == 0 ? y : Reflect(y + i, height_));
        }
      }
      FuseMapRows(options_.strategy, options_.weights, rows, plan_.width, sums_.Row(y));
    }
  }

  void Decode(PlaneView<float> out) {
    const int end = sums_.complete() ? output_.end : sums_.end() - 1;
    for (; next_ < end; ++next_) {
      const std::array<const float*, 3> rows{sums_.Row(Reflect(next_ - 1, height_)),
                                             sums_.Row(next_),
                                             sums_.Row(Reflect(next_ + 1, height_))};
      DecodeRow(plan_.decoder, rows, plan_.width, decoded_[0]);
      std::memcpy(out.Row(next_), decoded_[0], sizeof(float) * plan_.width);
    }
  }

  const NetworkPlan& plan_;
  const FuseOptions& options_;
  int height_;
  RowRange sum_range_;
  LevelRows sums_;  // the decoder's input
  RowBuffer<float> sum_scratch_;
  RowBuffer<float> decoded_;
  RowRange output_;
  int next_;  // first row of the output that is not decoded yet
  std::array<SourceStream, 2> streams_;
};

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

// Everything that fusing pictures of one size needs besides the pictures.
struct Workspace {
  Workspace(const Network& network, const FuseOptions& options, int width, int height,
            const std::string& target)
      : target(target), height(height), plan(network, width) {
    for (const RowRange& band : Bands(height, options.threads)) {
      bands.push_back(std::make_unique<BandFuser>(plan, options, height, band));
    }
  }

  std::string target;
  int height;
  NetworkPlan plan;
  std::vector<std::unique_ptr<BandFuser>> bands;
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
        if (kept->plan.width != width || kept->height != height || kept->target != target) continue;
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
              [&](int i) { workspace->bands[i]->Run(ir, vis, out); });
  impl_->Release(std::move(workspace));
}

Decomposition Fuser::Decompose(PlaneView<const float> source) const {
  CheckSize(source);
  const int width = source.width, height = source.height;
  Decomposition result{Plane<float>(width, height), Plane<float>(width, height),
                       Plane<float>(width, height), Plane<float>(width, height)};
  const NetworkPlan plan(impl_->network, width);
  Plane<float>* const first[2] = {&result.base_initial, &result.detail_initial};
  Plane<float>* const last[2] = {&result.base, &result.detail};
  const std::vector<RowRange> bands = Bands(height, impl_->options.threads);
  ParallelFor(static_cast<int>(bands.size()), impl_->options.threads, [&](int b) {
    const RowRange band = bands[b];
    SourceStream stream(plan, height, band);
    const auto copy = [&](const LevelRows& from, int begin, Plane<float>& to) {
      for (int y = std::max(begin, band.begin); y < std::min(from.end(), band.end); ++y) {
        std::memcpy(to.Row(y), from.Row(y), sizeof(float) * width);
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
