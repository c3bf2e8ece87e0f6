#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "auif/error.h"
#include "auif/fuse.h"
#include "auif/joint.h"
#include "base/parallel.h"
#include "base/simd.h"
#include "engine/check_images.h"
#include "engine/joint_tile.h"
#include "engine/workspace_pool.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

// Everything that fusing images of one size needs besides the images. Bands are cut as AUIF's, but
// compute what is beside a cut themselves: both sides of it read each other's rows.
struct JointWorkspace {
  JointWorkspace(const JointNetwork& network, Size size, int threads)
      : size(size),
        lanes(RowLayout::Lanes()),
        columns(CutColumns(size.width, network.layers(), 1)) {
    const std::vector<int> cuts = CutRows(size.height, network.layers(), Strategy::kAdd,
                                          ThreadCount(threads), LayerRows::kKept);
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      bands.emplace_back(network, columns, size.height, RowRange{cuts[i], cuts[i + 1]});
      surveys.emplace_back(network.tone.share);
    }
  }
  JointWorkspace(const JointWorkspace&) = delete;  // the bands point to the tiling
  JointWorkspace& operator=(const JointWorkspace&) = delete;

  void Fuse(const JointTone& tone, const std::array<SourceView, 2>& sources, const ResultView& out,
            int threads) {
    const int count = static_cast<int>(bands.size());
    ParallelFor(count, threads, [&](int i) {
      const RowRange rows = RowRange{0, size.height}.Part(i, count);
      surveys[i].Clear();
      surveys[i].Add(sources[0].Rows(rows.begin, rows.size()),
                     sources[1].Rows(rows.begin, rows.size()), rows.begin);
    });
    for (int i = 1; i < count; ++i) surveys[0].Add(surveys[i]);
    const ToneCurve curve = MakeToneCurve(tone, surveys[0]);
    for (int tile = 0; tile < columns.count(); ++tile) {
      ParallelFor(count, threads, [&](int i) { bands[i].Fuse(tile, curve, sources, out); });
    }
  }

  Size size;
  int lanes;
  ColumnTiling columns;
  std::vector<JointTile> bands;
  std::vector<JointSurvey> surveys;  // by band
};

}  // namespace

struct JointFuser::Impl {
  Impl(const JointModel& model, const JointOptions& options) : options(options), network(model) {}

  JointOptions options;
  JointNetwork network;
  WorkspacePool<JointWorkspace> workspaces;
};

JointFuser::JointFuser(const JointModel& model, const JointOptions& options) {
  model.Validate();
  FuseOptions threads;
  threads.threads = options.threads;
  threads.Validate();
  ApplySimdEnvironment();
  impl_ = std::make_unique<Impl>(model, options);
}

JointFuser::~JointFuser() = default;
JointFuser::JointFuser(JointFuser&&) noexcept = default;
JointFuser& JointFuser::operator=(JointFuser&&) noexcept = default;

void JointFuser::Fuse(const SourceView& ir, const SourceView& vis, const ResultView& out) const {
  CheckFusion(ir, vis, out);
  const int threads = impl_->options.threads;
  std::unique_ptr<JointWorkspace> workspace = impl_->workspaces.Acquire(ir.size(), [&] {
    return std::make_unique<JointWorkspace>(impl_->network, ir.size(), threads);
  });
  workspace->Fuse(impl_->network.tone, {ir, vis}, out, threads);
  impl_->workspaces.Release(std::move(workspace));
}

struct JointStream::Impl {
  Impl(const JointFuser::Impl& fuser, Size size, Sink sink)
      : threads(fuser.options.threads),
        size(size),
        reach(JointReach(fuser.network.layers())),
        sink(std::move(sink)),
        network(fuser.network),
        columns(CutColumns(size.width, network.layers(), ThreadCount(threads))),
        survey(network.tone.share),
        curve(MakeToneCurve(network.tone, survey)),
        out(size.width, reach + kChunkRows),
        kept{Plane<float>(size.width, kChunkRows), Plane<float>(size.width, kChunkRows)} {
    for (int t = 0; t < columns.count(); ++t) {
      tiles.emplace_back(network, columns, size.height, RowRange{0, size.height});
    }
  }
  Impl(const Impl&) = delete;  // the tiles point to the network and the tiling
  Impl& operator=(const Impl&) = delete;

  void Push(PlaneView<const float> ir, PlaneView<const float> vis) {
    if (ir.size() != vis.size() || ir.width != size.width || ir.height < 1 ||
        ir.height > size.height - pushed - waiting) {
      throw Error(ErrorKind::kUsage, "the rows do not fit the image", "ir",
                  "push as many rows of both sources, of the width of the stream");
    }
    for (int y = 0; y < ir.height; ++y) {
      std::copy_n(ir.Row(y), size.width, kept[0].Row(waiting));
      std::copy_n(vis.Row(y), size.width, kept[1].Row(waiting));
      ++waiting;
      if (waiting == kChunkRows || pushed + waiting == size.height) Compute();
    }
  }

  void Compute() {
    if (pushed == 0) {
      if (surveyed) curve = MakeToneCurve(network.tone, survey);
      for (int t = 0; t < columns.count(); ++t) tiles[t].Start(t, curve);
    }
    const PlaneView<const float> ir{kept[0].Row(0), size.width, waiting, kept[0].stride()};
    const PlaneView<const float> vis{kept[1].Row(0), size.width, waiting, kept[1].stride()};
    if (!surveyed) survey.Add(ir, vis, pushed);
    ParallelFor(columns.count(), threads,
                [&](int t) { tiles[t].Push(ir, vis, ResultView(out.View()), given); });
    pushed += waiting;
    waiting = 0;
    const int begin = given;
    given = pushed == size.height ? size.height : std::max(given, pushed - reach);
    const int rows = given - begin;
    const bool last = given == size.height;
    if (last) End();
    if (rows > 0) sink(begin, {out.Row(0), size.width, rows, out.stride()});
  }

  void End() {
    if (!surveyed) {
      // Of the frames before, which are the more remembered the nearer they are.
      constexpr float kShareOfLast = 0.25F;
      const ToneCurve measured = MakeToneCurve(network.tone, survey);
      const float share = known ? kShareOfLast : 1;
      curve.shift += share * (measured.shift - curve.shift);
      for (int i = 0; i <= kToneSteps; ++i) {
        curve.levels[i] += share * (measured.levels[i] - curve.levels[i]);
      }
    }
    known = true;
    Restart();
  }

  // The next row is the first one of an image.
  void Restart() {
    survey.Clear();
    surveyed = false;
    waiting = pushed = given = 0;
  }

  int threads;
  Size size;
  int reach;
  Sink sink;
  JointNetwork network;
  ColumnTiling columns;
  JointSurvey survey;  // of this image
  ToneCurve curve;
  bool surveyed = false, known = false;  // known: there was an image before
  std::vector<JointTile> tiles;
  Plane<float> out;                  // rows `given` and on of the result
  std::array<Plane<float>, 2> kept;  // source rows `pushed` and on, that wait for a chunk
  int survey_rows = 0;               // shown of this image
  int waiting = 0, pushed = 0, given = 0;
};

JointStream::JointStream(const JointFuser& fuser, int width, int height, Sink sink) {
  CheckSize({width, height});
  if (!sink) throw Error(ErrorKind::kUsage, "a stream of rows needs a sink for the result", "sink");
  impl_ = std::make_unique<Impl>(*fuser.impl_, Size{width, height}, std::move(sink));
}

JointStream::~JointStream() = default;

int JointStream::Delay() const { return impl_->reach + Chunk() - 1; }
int JointStream::Chunk() const { return kChunkRows; }

void JointStream::Survey(PlaneView<const float> ir, PlaneView<const float> vis) {
  if (impl_->pushed + impl_->waiting > 0) {
    throw Error(ErrorKind::kUsage, "an image is surveyed before its first row is pushed");
  }
  if (ir.size() != vis.size() || ir.width != impl_->size.width) {
    throw Error(ErrorKind::kUsage, "the surveyed rows do not fit the image", "ir",
                "survey as many rows of both sources, of the width of the stream");
  }
  if (!impl_->surveyed) impl_->survey_rows = 0;
  impl_->surveyed = true;
  impl_->survey.Add(ir, vis, impl_->survey_rows);
  impl_->survey_rows += ir.height;
}

void JointStream::Push(PlaneView<const float> ir, PlaneView<const float> vis) {
  try {
    impl_->Push(ir, vis);
  } catch (...) {
    impl_->Restart();
    throw;
  }
}

}  // namespace auif
