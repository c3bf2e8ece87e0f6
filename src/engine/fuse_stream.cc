#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "auif/fuse.h"
#include "base/parallel.h"
#include "engine/check_images.h"
#include "engine/fuser_impl.h"
#include "network/fuse_options.h"

namespace auif {
namespace {

// The threads wait for each other after every chunk. Very wide images' rows of all layers fill
// the caches, so that a tile's must be fetched for every chunk anew: large chunks pay.
int ChunkRows(int width) {
  constexpr int kWide = 4096, kRows = 32, kWideRows = 128;
  static_assert(kRows % kChunkRows == 0 && kWideRows % kChunkRows == 0);
  return width <= kWide ? kRows : kWideRows;
}

// Two threads share a tile: each has a source.
int TilesAtATime(int threads) { return threads % 2 == 0 ? threads / 2 : threads; }

// Memory for rows of pixels of any type.
class PixelRows {
 public:
  PixelRows() = default;
  PixelRows(SampleType type, Size size)
      : type_(type), size_(size), words_(Words(type, size.width), size.height) {}
  ResultView View() {
    const std::ptrdiff_t stride = words_.stride() * kWord / BytesPerSample(type_);
    return {type_, words_.Row(0), size_, stride};
  }

 private:
  static constexpr std::ptrdiff_t kWord = sizeof(float);
  static int Words(SampleType type, int width) {
    return static_cast<int>(
        (width * static_cast<std::ptrdiff_t>(BytesPerSample(type)) + kWord - 1) / kWord);
  }

  SampleType type_ = SampleType::kFloat;
  Size size_;
  Plane<float> words_;
};

}  // namespace

struct FuseStream::Impl {
  using AnySink = std::function<void(int y, const SourceView& rows)>;

  Impl(const FuseOptions& options, const Network& network, Size size, SampleType type, AnySink sink)
      : threads(options.threads),
        size(size),
        chunk(ChunkRows(size.width)),
        reach(Reach(network.layers(), options.strategy) + kDetailRadius),
        sink(std::move(sink)),
        network(network),
        columns(CutColumns(size.width, network.layers(), TilesAtATime(ThreadCount(threads)))),
        at_a_time(std::min(columns.count(), TilesAtATime(ThreadCount(threads)))),
        out(type, {size.width, reach + chunk}) {
    for (int t = 0; t < columns.count(); ++t) {
      tiles.emplace_back(this->network, columns, options, size.height, RowRange{0, size.height},
                         t < at_a_time ? nullptr : &tiles[t - at_a_time]);
    }
    Restart();
  }
  Impl(const Impl&) = delete;  // the tiles point to the network and the tiling
  Impl& operator=(const Impl&) = delete;

  void Restart() {
    for (int t = 0; t < columns.count(); ++t) tiles[t].Start(t);
    waiting = computed = given = 0;
  }

  void Check(const SourceView& ir, const SourceView& vis) const {
    const int begin = computed + waiting, left = size.height - begin;
    const auto check = [&](const SourceView& rows, const char* where) {
      if (rows.width() != size.width || rows.height() != ir.height()) {
        throw Error(ErrorKind::kUsage,
                    "the rows are " + ToString(rows.size()) + " pixels, not " +
                        ToString({size.width, ir.height()}),
                    where, "push as many rows of both sources, of the width of the stream");
      }
      if (rows.height() < 1 || rows.height() > left) {
        throw Error(ErrorKind::kUsage,
                    "pushed " + std::to_string(rows.height()) + " rows where the image has " +
                        std::to_string(left) + " left",
                    where, "push the rows of the next image by themselves");
      }
      CheckView(rows, where);
      CheckRange(rows, {begin, begin + rows.height()}, size.height, where);
    };
    check(ir, "ir");
    check(vis, "vis");
  }

  void Push(std::array<SourceView, 2> sources) {
    Check(sources[0], sources[1]);
    while (sources[0].height() > 0) {
      const int rows = sources[0].height(), left = size.height - computed - waiting;
      int count = std::min(rows, chunk - waiting);
      if (waiting == 0 && (count == chunk || count == left)) {
        Compute({sources[0].Rows(0, count), sources[1].Rows(0, count)});
      } else {
        count = Keep(sources, count);
        if (waiting == chunk || computed + waiting == size.height) ComputeKept();
      }
      for (SourceView& source : sources) source = source.Rows(count, rows - count);
    }
  }

  // Copies rows that are too few to be computed. Those that wait must be of the same type.
  int Keep(const std::array<SourceView, 2>& sources, int count) {
    for (int s = 0; s < 2; ++s) {
      if (waiting > 0 && kept_type[s] != sources[s].type()) ComputeKept();
    }
    for (int s = 0; s < 2; ++s) {
      const SampleType type = sources[s].type();
      if (kept[s].View().data() == nullptr || kept_type[s] != type) {
        kept[s] = PixelRows(type, {size.width, chunk});
        kept_type[s] = type;
      }
      for (int i = 0; i < count; ++i) {
        std::memcpy(kept[s].View().At(waiting + i), sources[s].At(i),
                    size.width * BytesPerSample(type));
      }
    }
    waiting += count;
    return count;
  }
  void ComputeKept() {
    const auto rows = [&](int s) {
      const ResultView all = kept[s].View();
      return SourceView(all.type(), all.data(), {size.width, waiting}, all.stride());
    };
    const std::array<SourceView, 2> all{rows(0), rows(1)};
    waiting = 0;
    Compute(all);
  }

  // Fuses the next rows of the sources, a chunk or less, and gives what they allow to the sink.
  void Compute(const std::array<SourceView, 2>& sources) {
    const int rows = sources[0].height();
    for (int first = 0; first < columns.count(); first += at_a_time) {
      const int tasks = 2 * std::min(at_a_time, columns.count() - first);
      for (int y = 0; y < rows; y += kChunkRows) {
        const int count = std::min(kChunkRows, rows - y);
        ParallelFor(tasks, threads, [&](int task) {
          tiles[first + task / 2].Encode(task % 2, sources[task % 2].Rows(y, count));
        });
        static_assert(TileFuser::kParts == 2);
        ParallelFor(tasks, threads,
                    [&](int task) { tiles[first + task / 2].Write(task % 2, out.View(), given); });
        for (int task = 0; task < tasks; task += 2) tiles[first + task / 2].Advance();
      }
    }
    computed += rows;
    const int begin = given;
    const int end = computed == size.height ? size.height : std::max(given, computed - reach);
    given = end;
    if (end > begin) {
      const ResultView all = out.View();
      sink(begin, {all.type(), all.data(), {size.width, end - begin}, all.stride()});
    }
    if (given == size.height) Restart();
  }

  int threads;
  Size size;
  int chunk;
  int reach;  // source rows below a row of the result that it needs
  AnySink sink;
  Network network;
  ColumnTiling columns;
  int at_a_time;                  // tiles; every at_a_time-th shares their working memory
  std::vector<TileFuser> tiles;   // of all columns
  PixelRows out;                  // rows `given` and on of the result
  std::array<PixelRows, 2> kept;  // source rows that wait for a chunk: `computed` and on
  std::array<SampleType, 2> kept_type{};
  int waiting = 0, computed = 0, given = 0;  // rows of this image
};

namespace {

template <Sample T>
auto Typed(FuseStream::Sink<T> sink) {
  if (!sink) throw Error(ErrorKind::kUsage, "a stream of rows needs a sink for the result", "sink");
  return [sink = std::move(sink)](int y, const SourceView& rows) {
    sink(y, PlaneView<const T>{rows.Row<T>(0), rows.width(), rows.height(), rows.stride()});
  };
}

}  // namespace

FuseStream::FuseStream(const Fuser& fuser, int width, int height, Sink<float> sink) {
  CheckSize({width, height});
  impl_ = std::make_unique<Impl>(fuser.impl_->options, fuser.impl_->network, Size{width, height},
                                 SampleType::kFloat, Typed<float>(std::move(sink)));
}
FuseStream::FuseStream(const Fuser& fuser, int width, int height, Sink<std::uint8_t> sink) {
  CheckSize({width, height});
  impl_ = std::make_unique<Impl>(fuser.impl_->options, fuser.impl_->network, Size{width, height},
                                 SampleType::kUint8, Typed<std::uint8_t>(std::move(sink)));
}
FuseStream::FuseStream(const Fuser& fuser, int width, int height, Sink<std::uint16_t> sink) {
  CheckSize({width, height});
  impl_ = std::make_unique<Impl>(fuser.impl_->options, fuser.impl_->network, Size{width, height},
                                 SampleType::kUint16, Typed<std::uint16_t>(std::move(sink)));
}

FuseStream::~FuseStream() = default;
FuseStream::FuseStream(FuseStream&&) noexcept = default;
FuseStream& FuseStream::operator=(FuseStream&&) noexcept = default;

int FuseStream::Delay() const { return impl_->reach + Chunk() - 1; }
int FuseStream::Chunk() const { return impl_->chunk; }

void FuseStream::Push(const SourceView& ir, const SourceView& vis) {
  try {
    impl_->Push({ir, vis});
  } catch (...) {
    impl_->Restart();
    throw;
  }
}

void FuseStream::Restart() { impl_->Restart(); }

}  // namespace auif
